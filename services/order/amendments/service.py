"""Use cases of the amendments slice: to propose one. What follows is its approval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.order.amendments import approval
from services.order.amendments.approval import Proposal, amendments
from services.order.amendments.errors import AmendmentPending
from services.order.amendments.fitting import must_fit_orders
from services.order.amendments.model import Amendment, Kind
from services.order.contracts.model import Contract
from services.order.contracts.service import contracts, must_stay, typed_lines
from services.order.customers.repository import known_customer
from services.order.orders.placing import CallOff
from services.order.prices.service import judge
from services.order.products.line import Asked, ProductLine
from shared.db.unit_of_work import UnitOfWork
from shared.domain.errors import Invalid
from shared.events.order import ContractCompleted


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeAmendment:
    """Propose to change or end a contract, if it is still at version ``expected``.

    ``lines`` replace all lines: those that name a line of the contract keep its product and price.
    ``currency`` is that of the new prices.
    """

    contract_id: UUID
    expected: int | None
    kind: Kind
    reason: str
    changes: dict[str, Any]
    lines: tuple[Asked | CallOff, ...] | None = None
    currency: str | None = None


async def propose_amendment(uow: UnitOfWork, command: ProposeAmendment) -> Amendment:
    """Propose to change what was agreed, or to end it; the process in force decides (S129).

    Raises:
        AmendmentPending: another is waiting.
        Everything that ``must_fit_orders`` raises.
    """
    contract = await contracts.get_for_update(uow, command.contract_id, command.expected)
    contract.must_be_amendable()
    if await amendments.pending(uow, contract.id) is not None:
        raise AmendmentPending(f"Another amendment of {contract.number} waits for its approval.")
    amendment, change = Amendment.propose(
        contract,
        command.kind,
        command.reason,
        authors=uow.actor.hands,
        at=uow.now,
        **await _changes(uow, contract, command),
    )
    if amendment.is_judged:
        await judge(uow, amendment)
    await must_fit_orders(uow, contract, amendment)
    await amendments.add(uow, amendment, change)
    await approval.start(uow, Proposal(contract, amendment))
    return amendment


async def end_pending(uow: UnitOfWork, completed: ContractCompleted) -> None:
    """Nobody decides any more on what a completed contract should have become."""
    amendment = await amendments.pending(uow, completed.contract_id)
    if amendment is not None:
        await approval.lapse(uow, amendment)


async def _changes(
    uow: UnitOfWork, contract: Contract, command: ProposeAmendment
) -> dict[str, Any]:
    changes = dict(command.changes)
    if "customer_id" in changes:
        must_stay(await known_customer(uow.conn, changes["customer_id"]))
    if command.lines is not None:
        if command.currency not in (None, contract.currency):
            message = f"This contract is in {contract.currency}."
            raise Invalid.field("/lines/0/unit_price/currency", message, "currency_mismatch")
        changes["lines"] = await _lines(uow, contract, command.lines)
    return changes


async def _lines(
    uow: UnitOfWork, contract: Contract, wanted: Sequence[Asked | CallOff]
) -> tuple[ProductLine, ...]:
    """Return the lines as they would be: another price is another line, so that what was ordered
    at the price of before keeps its line (S129)."""
    known = {line.id: line for line in contract.lines}
    asked = [each for each in wanted if isinstance(each, Asked)]
    new = iter(await typed_lines(uow, asked, contract.currency))
    lines: list[ProductLine] = []
    for place, each in enumerate(wanted):
        if isinstance(each, Asked):
            lines.append(next(new))
            continue
        line = known.pop(each.contract_line_id, None)
        if line is None:
            pointer = f"/lines/{place}/contract_line_id"
            message = f"{contract.number} has no such line, or it is named twice."
            raise Invalid.field(pointer, message, "unknown_line")
        amount = line.worth(each.quantity, contract.currency)
        lines.append(replace(line, quantity=each.quantity, amount=amount))
    return tuple(lines)
