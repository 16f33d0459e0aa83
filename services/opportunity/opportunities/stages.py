"""The stages of the sales process (S74, S85): an ordered set, kept as versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.opportunity.opportunities.errors import UnknownStage


@dataclass(frozen=True, slots=True)
class Stage:
    """A step towards the deal: a stable code, and how people call it."""

    code: str
    name: str
    name_zh: str


@dataclass(frozen=True, slots=True)
class StageSet:
    """The stages in their order."""

    stages: tuple[Stage, ...]

    @property
    def first(self) -> Stage:
        """Where every opportunity starts."""
        return self.stages[0]

    @property
    def last(self) -> Stage:
        """Where the deal is closed."""
        return self.stages[-1]

    @property
    def codes(self) -> Sequence[str]:
        """The codes in their order."""
        return [stage.code for stage in self.stages]

    def position(self, code: str) -> int:
        """Return the place of a stage, from 1.

        Raises:
            UnknownStage: there is none of this code.
        """
        if code not in self.codes:
            raise UnknownStage.field("/stage", f"The stages are: {', '.join(self.codes)}.")
        return self.codes.index(code) + 1


SHIPPED = StageSet(
    (
        Stage("preparation", "Preparation", "准备"),
        Stage("contact", "Contact", "接触"),
        Stage("discovery", "Discovery", "探寻"),
        Stage("proposal", "Proposal", "方案"),
        Stage("closing", "Closing", "成交"),
    )
)
