"""What is numbered in this service, by the branches' ranges (S226)."""

from __future__ import annotations

from services.opportunity.prices.service import NUMBERS as PRICE_LISTS
from services.opportunity.quotes.drafting import NUMBERS as QUOTES
from services.opportunity.settings import PROJECTS, OpportunitySettings
from shared.events.numbering import OpportunityNumberRangesAdopted
from shared.numbering.service import Numbering

#: By the tables whose rows have the numbers.
SERIES = {"opportunity": PROJECTS, "quote": QUOTES, "price_list": PRICE_LISTS}


def numbers_of(settings: OpportunitySettings) -> Numbering:
    """Return the series; those of projects have the ranges of the settings at first (S75)."""
    series = SERIES | {"opportunity": settings.project_series}
    return Numbering("opportunity", OpportunityNumberRangesAdopted, series.values())
