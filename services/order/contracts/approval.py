"""Contracts as something to be approved: countersigned, then approved (S121, S122)."""

from __future__ import annotations

from uuid import UUID

from services.order.approval_engine import ENGINE
from services.order.contracts.model import Contract
from services.order.contracts.opinions import Department, Opinion, Verdict
from services.order.contracts.repository import Contracts
from services.order.contracts.status import Status
from services.order.prices.service import authorise
from shared.approvals import model as approvals
from shared.approvals.definition import Case, Mode, Process, Route, Step, Voice
from shared.approvals.repository import Approvals
from shared.approvals.service import Decision, Subject
from shared.auth.roles import Role
from shared.db.driver import Connection
from shared.db.unit_of_work import UnitOfWork

contracts = Contracts()
_runs = Approvals()
_A_DAY = 24 * 3600
_ATTRIBUTES = ("department", "branch", "region")
_VERDICTS = {
    Verdict.AGREE: approvals.Verdict.APPROVE,
    Verdict.DISAGREE: approvals.Verdict.REJECT,
}
_OPINIONS = {
    approvals.Verdict.APPROVE: Verdict.AGREE,
    approvals.Verdict.REJECT: Verdict.DISAGREE,
    approvals.Verdict.RETURN: Verdict.DISAGREE,
}
#: Four departments side by side (会签), then whoever may approve contracts. Administrators adopt
#: others: departments one after the other, or none.
SHIPPED = Process(
    routes=(
        Route(
            (
                Step(
                    "countersign",
                    Mode.ALL,
                    tuple(
                        Voice(each.value, permissions=(f"contract.countersign.{each.value}",))
                        for each in Department
                    ),
                    2 * _A_DAY,
                ),
                Step(
                    "approval",
                    Mode.SINGLE,
                    (Voice("approval", permissions=("contract.approve",)),),
                    _A_DAY,
                ),
            )
        ),
    ),
    ladder=(Role.DEPUTY_GENERAL_MANAGER.value, Role.GENERAL_MANAGER.value),
)


async def start(uow: UnitOfWork, contract: Contract) -> None:
    """Ask for the first step of the process in force (S122)."""
    run = await ENGINE.start(uow, CONTRACTS, contract)
    await contracts.save(uow, contract, contract.submit(countersigned=not run.is_last_step))
    contract.waiting_for = _departments(contract, run)


async def speak(uow: UnitOfWork, contract: Contract, said: Decision) -> None:
    """Speak in the step the contract has come to; the contract follows."""
    run = await ENGINE.speak(uow, CONTRACTS, contract, contract.id, said)
    await show_opinions(uow.conn, contract)
    contract.waiting_for = _departments(contract, run)


def opinion(verdict: Verdict, remark: str | None, department: str) -> Decision:
    """Return a department's opinion as the engine takes it."""
    return Decision(_VERDICTS[verdict], remark, department)


async def show_opinions(conn: Connection, contract: Contract) -> Contract:
    """Note on a contract that is shown what departments said, round by round, and who is
    asked."""
    runs = await _runs.of_document(conn, CONTRACTS.kind, contract.id)
    contract.opinions = tuple(
        _opinion(said, number)
        for number, run in enumerate(runs, 1)
        for said in run.opinions
        if said.verdict in _OPINIONS and said.step < len(run.steps) - 1
    )
    contract.waiting_for = _departments(contract, runs[-1]) if runs else ()
    return contract


def _departments(contract: Contract, run: approvals.Approval) -> tuple[str, ...]:
    return run.waiting_for if contract.status == Status.COUNTERSIGNING else ()


def _opinion(said: approvals.Opinion, number: int) -> Opinion:
    return Opinion(
        round=number,
        department=said.voice or said.step_name,
        verdict=_OPINIONS[approvals.Verdict(said.verdict)],
        remark=said.comment,
        given_by=said.given_by,
        given_for=said.given_for,
        given_at=said.given_at,
    )


async def _lock(uow: UnitOfWork, contract_id: UUID) -> Contract:
    return await contracts.get_for_update(uow, contract_id)


async def _case(_: UnitOfWork, contract: Contract) -> Case:
    facts = {name: getattr(contract, name) for name in _ATTRIBUTES}
    return Case(
        document_type="contract",
        document_id=contract.id,
        label=contract.number,
        content_hash=contract.hash(),
        authors=contract.authors,
        owner_id=contract.owner_id,
        customer_id=contract.customer_id,
        amount=contract.total,
        currency=contract.currency,
        attributes={name: value for name, value in facts.items() if value is not None},
    )


async def _decided(uow: UnitOfWork, contract: Contract, run: approvals.Approval) -> None:
    if run.status == approvals.Status.WITHDRAWN:
        await contracts.save(uow, contract, contract.take_back())
        return
    said = run.opinions[-1]
    if contract.status == Status.COUNTERSIGNING:
        verdict = _OPINIONS[approvals.Verdict(said.verdict)]
        heard = contract.hear(
            said.voice or said.step_name, verdict, said.comment, last=run.is_last_step
        )
        await contracts.save(uow, contract, heard)
    elif run.status == approvals.Status.APPROVED:
        await _approve(uow, contract)
    elif run.status != approvals.Status.RUNNING:
        await contracts.save(uow, contract, contract.reject(said.comment or run.status))


async def _approve(uow: UnitOfWork, contract: Contract) -> None:
    role = await authorise(uow, contract) if contract.has_own_prices else None
    by, on_behalf_of = uow.actor.signature
    change = contract.approve(by=by, at=uow.now, role=role, on_behalf_of=on_behalf_of)
    await contracts.save(uow, contract, change)


def _permission(run: approvals.Approval) -> str:
    return "contract.approve" if run.is_last_step else "contract.countersign"


CONTRACTS = Subject(
    kind="contract",
    shipped=SHIPPED,
    permission=_permission,
    lock=_lock,
    case=_case,
    decided=_decided,
    attributes=frozenset(_ATTRIBUTES),
)
