"""Use cases of the activities slice."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.opportunity.activities.errors import AlreadyCorrected, InvalidActivity
from services.opportunity.activities.model import Activity, Report
from services.opportunity.activities.repository import Activities, update_next_contact
from services.opportunity.customers.repository import known_customer, require_contact
from services.opportunity.opportunities.service import opportunities
from services.opportunity.staff.repository import owner_of
from shared.db.unit_of_work import UnitOfWork

activities = Activities()


@dataclass(frozen=True, slots=True)
class LogActivity:
    """Record an activity. Without ``owner_id`` it is of the one who records it."""

    report: Report
    owner_id: UUID | None = None


async def log_activity(uow: UnitOfWork, command: LogActivity) -> Activity:
    """Record a contact with a customer, and when the next is due (S03)."""
    report = command.report
    customer = await known_customer(uow.conn, report.customer_id)
    if report.contact_id is not None:
        await require_contact(uow.conn, customer.id, report.contact_id)
    await _check_opportunity(uow, report)
    await _check_corrected(uow, report)
    activity, change = Activity.log(
        report,
        owner=await owner_of(uow, command.owner_id),
        region=customer.region,
        by=uow.actor.id,
        at=uow.now,
    )
    await activities.add(uow, activity, change)
    await update_next_contact(uow, activity)
    return activity


async def _check_opportunity(uow: UnitOfWork, report: Report) -> None:
    if report.opportunity_id is None:
        return
    opportunity = await opportunities.get(uow.conn, report.opportunity_id)
    if opportunity.customer_id != report.customer_id:
        message = "This opportunity is with another customer."
        raise InvalidActivity.field("/opportunity_id", message)


async def _check_corrected(uow: UnitOfWork, report: Report) -> None:
    if report.corrects_id is None:
        return
    corrected = await activities.get(uow.conn, report.corrects_id)
    if corrected.customer_id != report.customer_id:
        raise InvalidActivity.field("/corrects_id", "This activity is with another customer.")
    if await activities.is_corrected(uow.conn, report.corrects_id):
        raise AlreadyCorrected("Correct the correction instead.")
