"""Amendments as something to be approved: shipped by the general manager (S129).

The contract is locked before its amendment: orders that are called off it wait, and are measured by
what is agreed then.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.order.amendments.fitting import must_fit_orders
from services.order.amendments.model import Amendment, Status
from services.order.amendments.repository import Amendments
from services.order.approval_engine import ENGINE
from services.order.contracts import revisions
from services.order.contracts.model import Contract
from services.order.contracts.service import contracts
from services.order.prices.service import authorise
from shared.approvals import model as approvals
from shared.approvals.definition import Case, Mode, Process, Route, Step, Voice
from shared.approvals.service import Subject
from shared.auth.roles import Role
from shared.db.unit_of_work import UnitOfWork

amendments = Amendments()
_A_DAY = 24 * 3600
_PLACE = ("department", "branch", "region")
_GENERAL_MANAGER = Role.GENERAL_MANAGER.value
SHIPPED = Process(
    routes=(
        Route(
            (
                Step(
                    "approval",
                    Mode.SINGLE,
                    (Voice("general_manager", roles=(_GENERAL_MANAGER,)),),
                    2 * _A_DAY,
                ),
            )
        ),
    ),
    ladder=(_GENERAL_MANAGER,),
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """An amendment with its contract, both locked."""

    contract: Contract
    amendment: Amendment


async def start(uow: UnitOfWork, proposal: Proposal) -> None:
    """Ask for the first step of the process in force."""
    await ENGINE.start(uow, _subject_of(proposal.amendment), proposal)


async def lapse(uow: UnitOfWork, amendment: Amendment) -> None:
    """End an amendment and its approval: the contract it is about has ended."""
    await ENGINE.end_with_document(uow, _subject_of(amendment), amendment.id)
    await amendments.save(uow, amendment, amendment.end(Status.WITHDRAWN))


def _subject_of(amendment: Amendment) -> Subject:
    return TERMINATIONS if amendment.ends else AMENDMENTS


async def _lock(uow: UnitOfWork, amendment_id: UUID) -> Proposal:
    found = await amendments.get(uow.conn, amendment_id)
    contract = await contracts.get_for_update(uow, found.contract_id)
    return Proposal(contract, await amendments.get_for_update(uow, amendment_id))


async def _case(_: UnitOfWork, proposal: Proposal) -> Case:
    contract, amendment = proposal.contract, proposal.amendment
    facts = {name: getattr(contract, name) for name in _PLACE} | {"kind": str(amendment.kind)}
    return Case(
        document_type=_subject_of(amendment).kind,
        document_id=amendment.id,
        label=amendment.number,
        content_hash=amendment.proposal_hash(),
        authors=tuple(dict.fromkeys((*amendment.authors, *contract.authors))),
        owner_id=contract.owner_id,
        customer_id=contract.customer_id,  # whom it follows to another owner
        amount=amendment.greatest_total,
        currency=amendment.currency,
        attributes={name: value for name, value in facts.items() if value is not None},
    )


async def _decided(uow: UnitOfWork, proposal: Proposal, run: approvals.Approval) -> None:
    if run.status == approvals.Status.APPROVED:
        await _take_effect(uow, proposal.contract, proposal.amendment)
    elif run.status != approvals.Status.RUNNING:
        amendment = proposal.amendment
        await amendments.save(uow, amendment, amendment.end(Status(run.status)))


async def _take_effect(uow: UnitOfWork, contract: Contract, amendment: Amendment) -> None:
    contract.must_be_amendable()
    await must_fit_orders(uow, contract, amendment)
    role = await authorise(uow, amendment) if amendment.is_judged else None
    by, on_behalf_of = uow.actor.signature
    done = amendment.approve(by=by, at=uow.now, role=role, on_behalf_of=on_behalf_of)
    await amendments.save(uow, amendment, done)
    if amendment.ends:
        await contracts.save(uow, contract, contract.terminate(amendment.reason))
        return
    await revisions.keep(uow, contract)
    change = contract.amend(
        amendment.agreed,
        amendment,
        authors=amendment.authors,
        by=by,
        at=uow.now,
        on_behalf_of=on_behalf_of,
        amendment_id=amendment.id,
        kind=amendment.kind,
    )
    await contracts.save(uow, contract, change)


def _permission(run: approvals.Approval) -> str:
    return "contract.approve" if run.is_last_step else "approval.decide"


def _subject(kind: str) -> Subject:
    return Subject(
        kind=kind,
        shipped=SHIPPED,
        permission=_permission,
        lock=_lock,
        case=_case,
        decided=_decided,
        attributes=frozenset({"kind", *_PLACE}),
    )


AMENDMENTS = _subject("contract_amendment")
TERMINATIONS = _subject("contract_termination")
