"""Settings of the opportunity service, from ``KEHU_OPPORTUNITY_…`` in the environment."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from services.opportunity.plans.periods import Meeting
from shared.documents.settings import DocumentSettings
from shared.domain.business_types import USUAL
from shared.events.vocabulary import Chain
from shared.numbering.ranges import Range, Series
from shared.settings import ServiceSettings

#: The settings say in which ranges.
PROJECTS = Series("project", "FQ", 5, Range(1, 99_999))
_LAST_SERIAL = PROJECTS.last

Serials = Annotated[
    tuple[int, int], Field(description="first and last serial of a year, 1 to 99999")
]


class OpportunitySettings(ServiceSettings, DocumentSettings):
    """Number ranges of the branches, and what a quote is given when nothing is said."""

    model_config = SettingsConfigDict(env_prefix="KEHU_OPPORTUNITY_")

    project_ranges: dict[str, Serials] = Field(
        default={"上海": (1, 19_999), "天津": (20_001, 39_999)},
        description="serials of project numbers by branch (S75, S226)",
    )
    project_default_range: Serials = Field(
        default=(40_001, _LAST_SERIAL), description="serials of all other branches"
    )
    quote_validity_days: int = Field(
        default=30, ge=0, le=3650, description="how long a quote is valid unless it says so"
    )
    weekly_meeting_day: int = Field(
        default=1, ge=1, le=7, description="when the weekly meeting is: 1 is Monday (S46)"
    )
    weekly_meeting_time: time = Field(
        default=time(9), description="and at what hour; weekly plans are decided on a day later"
    )

    chains: tuple[Chain, ...] = Field(
        default=USUAL,
        min_length=1,
        validation_alias="KEHU_CHAINS",
        description="business types the company permits, the same for all services",
    )

    @model_validator(mode="after")
    def _ranges_are_apart(self) -> Self:
        ranges = sorted([*self.project_ranges.values(), self.project_default_range])
        if any(not 1 <= first <= last <= _LAST_SERIAL for first, last in ranges):
            raise ValueError(f"a range runs from a first to a last serial in 1 to {_LAST_SERIAL}")
        if any(before[1] >= after[0] for before, after in pairwise(ranges)):
            raise ValueError("the ranges of project numbers overlap")
        return self

    @property
    def weekly_meeting(self) -> Meeting:
        """The weekly meeting, after which plans are decided on (S46)."""
        return Meeting(self.weekly_meeting_day, self.weekly_meeting_time)

    @property
    def project_series(self) -> Series:
        """Project numbers: FQ, two digits of the year, five of the serial (S75)."""
        return replace(
            PROJECTS,
            default=Range(*self.project_default_range),
            ranges={branch: Range(*serials) for branch, serials in self.project_ranges.items()},
        )
