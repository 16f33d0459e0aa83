"""Plans as something to be approved (S44, S46, S47): weekly ones by the manager above the team
lead, and one level lower at each limit; others by the manager of the owner's unit."""

from __future__ import annotations

from uuid import UUID

from services.opportunity.plans.content import content_hash
from services.opportunity.plans.due import follow_due, plans
from services.opportunity.plans.model import Plan
from services.opportunity.plans.people import superiors_of
from services.opportunity.plans.periods import Kind
from shared.approvals.definition import AtLimit, Case, Mode, Process, Route, Step, Voice
from shared.approvals.model import Approval, Status
from shared.approvals.service import Subject
from shared.db.unit_of_work import UnitOfWork

_A_DAY = 24 * 3600


def _step(voice: Voice) -> Step:
    return Step("approval", Mode.SINGLE, (voice,), _A_DAY)


SHIPPED = Process(
    routes=(
        Route((_step(Voice("lead", superior=1)),)),
        Route((_step(Voice("director", superior=2)),), attributes={"kind": Kind.WEEKLY.value}),
    ),
    at_limit=AtLimit.STEP_DOWN,
)


async def _lock(uow: UnitOfWork, plan_id: UUID) -> Plan:
    return await plans.get_for_update(uow, plan_id)


async def _case(uow: UnitOfWork, plan: Plan) -> Case:
    return Case(
        document_type="plan",
        document_id=plan.id,
        label=f"{plan.kind} {plan.starts_on}",
        content_hash=content_hash(plan),
        authors=plan.authors,
        owner_id=plan.owner_id,
        attributes={"kind": str(plan.kind)},
        superiors=await superiors_of(uow.conn, plan.owner_id),
        decide_by=plan.decide_by,
    )


def _permission(_: Approval) -> str:
    return "approval.decide"


async def _decided(uow: UnitOfWork, plan: Plan, approval: Approval) -> None:
    """Approve the plan, or give it back: what is refused is written anew as well (S45)."""
    if approval.status == Status.APPROVED:
        by, on_behalf_of = uow.actor.signature
        await plans.save(uow, plan, plan.approve(by, on_behalf_of, uow.now))
    elif approval.status in (Status.REJECTED, Status.RETURNED):
        await plans.save(uow, plan, plan.give_back())
    elif approval.status == Status.WITHDRAWN:
        await plans.save(uow, plan, plan.take_back())
        await follow_due(uow, plan)


PLANS = Subject(
    kind="plan",
    shipped=SHIPPED,
    permission=_permission,
    lock=_lock,
    case=_case,
    decided=_decided,
    attributes=frozenset({"kind"}),
    has_amount=False,
    has_superiors=True,
)
