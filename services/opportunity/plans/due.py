"""Waiting for plans that were begun: what is not handed in at its day and hour is noted (S44)."""

from __future__ import annotations

from services.opportunity.plans.model import Plan
from services.opportunity.plans.repository import Plans
from shared.db.unit_of_work import UnitOfWork
from shared.deadlines.runner import Deadline
from shared.deadlines.schedule import cancel, schedule

plans = Plans()
DUE = "plan.due"


async def follow_due(uow: UnitOfWork, plan: Plan) -> None:
    """Have the deadline of a plan while it is awaited, and only then."""
    if plan.is_awaited:
        await schedule(uow, DUE, plan.id, plan.due_at)
    else:
        await cancel(uow, DUE, plan.id)


async def note_overdue(uow: UnitOfWork, deadline: Deadline) -> None:
    """Note a plan that is still awaited when it is due."""
    plan = await plans.get_for_update(uow, deadline.subject_id)
    if plan.is_awaited:
        await plans.save(uow, plan, plan.note_overdue(uow.now))
