"""Refusals of the plans slice."""

from __future__ import annotations

from datetime import date

from shared.domain.errors import Conflict, Forbidden, Invalid


class PlanStateError(Conflict):
    """The life cycle does not allow the step."""

    code = "plan_state"
    title = "The plan's state does not allow this"


class PlanExists(Conflict):
    """Somebody has one plan of a kind for a day, a week or a month."""

    code = "plan_exists"
    title = "There is a plan for this time already"

    @classmethod
    def of(cls, kind: str, starts_on: date) -> PlanExists:
        """Refuse another of the kind for the time."""
        return cls(f"There is a {kind} plan from {starts_on}.")


class NoSuperior(Conflict):
    """Nobody manages a unit above the owner, so nobody could approve the plan."""

    code = "no_superior"
    title = "Nobody is above this person"


class NotOwnPlan(Forbidden):
    """A plan is written, submitted and closed by whose it is."""

    code = "not_own_plan"
    title = "This is somebody else's plan"


class InvalidPlan(Invalid):
    """The plan does not fit its calendar, or its items what they refer to."""

    code = "invalid_plan"
    title = "The plan is not valid"


class UnplannedItem(InvalidPlan):
    """What is not in the monthly plan says why, to what end, how, and with whose help (S45)."""

    code = "unplanned_item"
