"""Events of number ranges, in each service that numbers documents."""

from __future__ import annotations

from uuid import UUID

from shared.events.payload import Payload, event
from shared.events.values import Value


class Serials(Value):
    """The first and the last serial of a year."""

    first: int
    last: int


class BranchSerials(Serials):
    """The serials of one branch, by its name."""

    branch: str


class NumberRangesState(Payload):
    """The ranges of a kind of number, in force from now on; their version is that of the event."""

    number_ranges_id: UUID
    series: str  # project, quote, contract, …
    branches: tuple[BranchSerials, ...]
    others: Serials | None  # null: all other branches share a sequence


@event("crm.opportunity.number_ranges.adopted.v1")
class OpportunityNumberRangesAdopted(NumberRangesState):
    """Branches number a kind of document of the follow-up in these ranges (S75, S226)."""


@event("crm.order.number_ranges.adopted.v1")
class OrderNumberRangesAdopted(NumberRangesState):
    """Branches number a kind of document of the deal in these ranges (S226)."""
