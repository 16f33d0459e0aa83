"""Level proposals as something to be approved: the sales manager of the owner judges (S12)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.customer.approval_engine import ENGINE
from services.customer.customers.model import Customer
from services.customer.customers.service import customers
from services.customer.levels.model import LevelProposal, Status, content_hash
from services.customer.levels.repository import LevelProposals
from shared.approvals import model as approvals
from shared.approvals.definition import Case, Mode, Process, Route, Step, Voice
from shared.approvals.service import Subject
from shared.auth.roles import Role
from shared.db.unit_of_work import UnitOfWork
from shared.events.customer import CustomerLevelChanged, CustomerLost

proposals = LevelProposals()
_A_DAY = 24 * 3600
_ATTRIBUTES = ("department", "branch", "region", "industry")
_LADDER = (Role.SALES_MANAGER, Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER)
#: A sales manager sees the customers of the own department, so it is the owner's who is asked.
SHIPPED = Process(
    routes=(
        Route(
            (
                Step(
                    "judgement",
                    Mode.SINGLE,
                    (Voice("sales manager", roles=(Role.SALES_MANAGER.value,)),),
                    _A_DAY,
                ),
            )
        ),
    ),
    ladder=tuple(each.value for each in _LADDER),
)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal and its customer, both locked, the customer first."""

    customer: Customer
    proposal: LevelProposal


async def supersede(uow: UnitOfWork, changed: CustomerLevelChanged | CustomerLost) -> None:
    """What was proposed for another level, or for a customer that is lost now, is void."""
    proposal = await proposals.pending(uow, changed.customer_id)
    if proposal is not None:
        await ENGINE.end_with_document(uow, LEVELS, proposal.id)
        await proposals.save(uow, proposal, proposal.end(Status.SUPERSEDED, uow.now))


async def _lock(uow: UnitOfWork, proposal_id: UUID) -> Proposed:
    proposal = await proposals.get(uow.conn, proposal_id)
    customer = await customers.get_for_update(uow, proposal.customer_id)
    return Proposed(customer, await proposals.get_for_update(uow, proposal_id))


async def _case(_: UnitOfWork, proposed: Proposed) -> Case:
    customer, proposal = proposed.customer, proposed.proposal
    facts = {name: getattr(customer, name) for name in _ATTRIBUTES} | {"level": proposal.level}
    return Case(
        document_type="level_proposal",
        document_id=proposal.id,
        label=customer.number,
        content_hash=content_hash(customer.id, customer.level, proposal.level),
        authors=proposal.authors,
        owner_id=customer.owner_id,
        customer_id=customer.id,
        attributes={name: str(value) for name, value in facts.items() if value is not None},
    )


async def _decided(uow: UnitOfWork, proposed: Proposed, run: approvals.Approval) -> None:
    """Set the level as it was proposed, or leave it as it is."""
    if run.status == approvals.Status.RUNNING:
        return
    customer, proposal = proposed.customer, proposed.proposal
    await proposals.save(uow, proposal, proposal.end(Status(run.status), uow.now))
    if proposal.status == Status.APPROVED:
        await customers.save(uow, customer, customer.change(level=proposal.level))


def _permission(run: approvals.Approval) -> str:
    return "customer.level" if run.is_last_step else "approval.decide"


LEVELS = Subject(
    kind="level_proposal",
    shipped=SHIPPED,
    permission=_permission,
    lock=_lock,
    case=_case,
    decided=_decided,
    attributes=frozenset({*_ATTRIBUTES, "level"}),
    has_amount=False,
)
