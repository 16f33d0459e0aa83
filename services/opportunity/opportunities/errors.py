"""Refusals of the opportunities slice."""

from __future__ import annotations

from shared.domain.errors import Conflict, Invalid, NotFound


class OpportunityStateError(Conflict):
    """The life cycle does not allow the step."""

    code = "opportunity_state"
    title = "The opportunity's state does not allow this"


class UnknownStage(Invalid):
    """The sales process has no such stage."""

    code = "unknown_stage"
    title = "There is no such stage"


class StageInUse(Conflict):
    """Open opportunities stand in a stage that would be dropped."""

    code = "stage_in_use"
    title = "The stage is in use"


class AlreadyRegistered(Conflict):
    """A project has one number for its whole life."""

    code = "already_registered"
    title = "The project is registered already"


class UnknownPlanItem(NotFound):
    """The development plan has no such item."""

    code = "unknown_plan_item"
    title = "There is no such plan item"


class PlanItemDone(Conflict):
    """What was done stays in the plan as it was done."""

    code = "plan_item_done"
    title = "The plan item is done"
