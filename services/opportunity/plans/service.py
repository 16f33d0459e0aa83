"""Use cases of the plans slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.opportunity.approval_engine import ENGINE
from services.opportunity.customers.errors import UnknownCustomer
from services.opportunity.customers.repository import known_customers
from services.opportunity.plans.approval import PLANS
from services.opportunity.plans.due import follow_due, plans
from services.opportunity.plans.errors import InvalidPlan, NoSuperior, PlanExists
from services.opportunity.plans.items import Targets, WorkItem
from services.opportunity.plans.model import Plan, Recipients
from services.opportunity.plans.people import assistants_of, superiors_of
from services.opportunity.plans.periods import Kind, Meeting
from services.opportunity.plans.repository import contacts_made
from services.opportunity.staff.repository import owner_of
from shared.db.driver import Connection
from shared.db.unit_of_work import UnitOfWork
from shared.domain.errors import FieldError


@dataclass(frozen=True, slots=True)
class Content:
    """What is planned; without ``targets`` a day has the usual ones."""

    items: Sequence[WorkItem]
    targets: Targets | None


@dataclass(frozen=True, slots=True)
class DraftPlan:
    """Begin one's plan for a day, a week or a month."""

    kind: Kind
    starts_on: date
    content: Content


@dataclass(frozen=True, slots=True)
class OnPlan:
    """A step on one plan, if it is still at version ``expected``."""

    plan_id: UUID
    expected: int | None


@dataclass(frozen=True, slots=True)
class ChangePlan(OnPlan):
    """Replace what is planned."""

    content: Content


@dataclass(frozen=True, slots=True)
class SubmitPlan(OnPlan):
    """Hand it in; a weekly one is decided on after the ``meeting``."""

    meeting: Meeting


@dataclass(frozen=True, slots=True)
class ClosePlan(OnPlan):
    """Say what came of it, by item."""

    results: Mapping[UUID, str]
    report: str | None


@dataclass(frozen=True, slots=True)
class Attainment:
    """A plan, and the contacts its owner made in its days, by kind of activity."""

    plan: Plan
    made: Mapping[str, int]


async def draft_plan(uow: UnitOfWork, command: DraftPlan) -> Plan:
    """Begin a plan of one's own (S42, S44, S47)."""
    owner = await owner_of(uow, None)
    if await plans.has(uow.conn, owner.id, command.kind, command.starts_on):
        raise PlanExists.of(command.kind, command.starts_on)
    plan = Plan.draft(command.kind, command.starts_on, owner, uow.actor.hands, uow.now)
    await _check(uow.conn, plan, command.content)
    change = plan.write(command.content.items, command.content.targets)
    await plans.add(uow, plan, change)
    await follow_due(uow, plan)
    return plan


async def change_plan(uow: UnitOfWork, command: ChangePlan) -> Plan:
    """Replace what is planned, before it is handed in or after it was returned (S45)."""
    plan = await _own(uow, command)
    change = plan.write(command.content.items, command.content.targets)
    await _check(uow.conn, plan, command.content)
    await plans.save(uow, plan, change)
    return plan


async def submit_plan(uow: UnitOfWork, command: SubmitPlan) -> Plan:
    """Hand a plan in: it goes to the managers above, a monthly one to the assistants in copy
    (S44, S46, S47)."""
    plan = await _own(uow, command)
    superiors = await superiors_of(uow.conn, plan.owner_id)
    if not superiors:
        raise NoSuperior("Nobody manages a unit above the owner; name a manager first.")
    monthly, weekly = plan.kind == Kind.MONTHLY, plan.kind == Kind.WEEKLY
    copied = await assistants_of(uow.conn, plan.owner_id) if monthly else ()
    decide_by = command.meeting.decide_by(plan.starts_on) if weekly else None
    change = plan.submit(Recipients(superiors[0], copied), decide_by, uow.now)
    await plans.save(uow, plan, change)
    await follow_due(uow, plan)
    await ENGINE.start(uow, PLANS, plan)
    return plan


async def close_plan(uow: UnitOfWork, command: ClosePlan) -> Plan:
    """Say what came of each item; a month ends with a report (S47)."""
    plan = await _own(uow, command)
    await plans.save(uow, plan, plan.close(command.results, command.report, uow.now))
    return plan


async def archive_plan(uow: UnitOfWork, command: OnPlan) -> Plan:
    """File what is closed (S47)."""
    plan = await plans.get_for_update(uow, command.plan_id, command.expected)
    await plans.save(uow, plan, plan.archive(uow.actor.id, uow.now))
    return plan


async def attainment(conn: Connection, plan_id: UUID) -> Attainment:
    """Return what became of a plan's targets (S42)."""
    plan = await plans.get(conn, plan_id)
    return Attainment(plan, await contacts_made(conn, plan))


async def _own(uow: UnitOfWork, command: OnPlan) -> Plan:
    plan = await plans.get_for_update(uow, command.plan_id, command.expected)
    plan.require_owner(uow.actor)
    return plan


async def _check(conn: Connection, plan: Plan, content: Content) -> None:
    """Refuse items with customers that are not known, or of no monthly plan for these days."""
    wanted = {item.customer_id for item in content.items if item.customer_id is not None}
    known = await known_customers(conn, wanted)
    month = await plans.of_month(conn, plan) if plan.kind == Kind.WEEKLY else {}
    unknown, foreign = [], []
    for place, item in enumerate(content.items):
        if item.customer_id is not None and item.customer_id not in known:
            pointer = f"/items/{place}/customer_id"
            message = "There is no such customer here."
            unknown.append(FieldError(pointer, UnknownCustomer.code, message))
        if item.month_item_id is not None and month.get(item.month_item_id) != item.category:
            pointer = f"/items/{place}/month_item_id"
            message = "No approved monthly plan for these days has such an item."
            foreign.append(FieldError(pointer, InvalidPlan.code, message))
    if foreign:
        raise InvalidPlan("Some items are of no monthly plan.", errors=tuple(foreign))
    if unknown:
        raise UnknownCustomer("Some items name unknown customers.", errors=tuple(unknown))
