"""Use cases of the contracts slice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.order.contracts import approval
from services.order.contracts.content import Content
from services.order.contracts.errors import CustomerIsGone, NotAsked
from services.order.contracts.model import Contract
from services.order.contracts.opinions import Verdict
from services.order.customers.model import GONE, Customer
from services.order.customers.repository import known_customer
from services.order.place import Place
from services.order.prices.service import judge
from services.order.products.line import Asked, ProductLine, priced
from services.order.products.repository import known_products
from shared.approvals.model import Verdict as Word
from shared.approvals.service import Decision
from shared.db.unit_of_work import UnitOfWork
from shared.domain.clock import business_date

contracts = approval.contracts


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftContract:
    """Draft a contract by hand."""

    title: str
    customer_id: UUID
    currency: str
    lines: tuple[Asked, ...]
    terms: str | None = None
    payment_days: int = 30
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFromQuote:
    """Draft the contract of an accepted quote."""

    quote_id: UUID
    opportunity_id: UUID
    authors: tuple[UUID, ...]
    place: Place
    content: Content


@dataclass(frozen=True, slots=True)
class ChangeContract:
    """Change a draft, if it is still at version ``expected``."""

    contract_id: UUID
    expected: int | None
    changes: dict[str, Any]
    lines: tuple[Asked, ...] | None = None


@dataclass(frozen=True, slots=True)
class SubmitContract:
    """Ask for the opinions and the approval."""

    contract_id: UUID
    expected: int | None


@dataclass(frozen=True, slots=True)
class Countersign:
    """Give the opinion of a department."""

    contract_id: UUID
    expected: int | None
    department: str
    verdict: Verdict
    remark: str | None


@dataclass(frozen=True, slots=True)
class ApproveContract:
    """Approve what the departments agreed to."""

    contract_id: UUID
    expected: int | None


@dataclass(frozen=True, slots=True)
class RejectContract:
    """Refuse the approval."""

    contract_id: UUID
    expected: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class SignContract:
    """Record that both sides signed."""

    contract_id: UUID
    expected: int | None
    signer: str
    customer_signer: str
    signed_on: date | None


@dataclass(frozen=True, slots=True)
class CompleteContract:
    """Note that everything under a contract is done."""

    contract_id: UUID
    expected: int | None = None


async def draft_contract(uow: UnitOfWork, command: DraftContract) -> Contract:
    """Draft a contract with a known customer (S117, S120)."""
    customer = await known_customer(uow.conn, command.customer_id, hold=True)
    must_stay(customer)
    content = Content(
        title=command.title,
        customer_id=command.customer_id,
        currency=command.currency,
        lines=await typed_lines(uow, command.lines, command.currency),
        terms=command.terms,
        payment_days=command.payment_days,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
    )
    actor = uow.actor
    place = Place(actor.stands_for, actor.department, actor.branch, customer.region)
    contract, change = Contract.draft(
        content,
        number=await contracts.next_number(uow, place.branch),
        authors=actor.hands,
        place=place,
        at=uow.now,
    )
    await judge(uow, contract)
    await contracts.add(uow, contract, change)
    return contract


async def draft_from_quote(uow: UnitOfWork, command: DraftFromQuote) -> None:
    """Draft the contract of an accepted quote; once, however often it is told (S101)."""
    if await contracts.id_of_quote(uow, command.quote_id) is not None:
        return
    contract, change = Contract.draft(
        command.content,
        number=await contracts.next_number(uow, command.place.branch),
        authors=command.authors,
        place=command.place,
        at=uow.now,
        quote_id=command.quote_id,
        opportunity_id=command.opportunity_id,
    )
    await contracts.add(uow, contract, change)


async def change_contract(uow: UnitOfWork, command: ChangeContract) -> Contract:
    """Change a draft, or take a rejected contract up again (S117)."""
    contract = await contracts.get_for_update(uow, command.contract_id, command.expected)
    changes = dict(command.changes)
    if command.lines is not None:
        changes["lines"] = await typed_lines(uow, command.lines, changes["currency"])
    change = contract.change(by=uow.actor.id, on_behalf_of=uow.actor.principal_id, **changes)
    if command.lines is not None:
        await judge(uow, contract)
    await contracts.save(uow, contract, change)
    return await approval.show_opinions(uow.conn, contract)


async def submit_contract(uow: UnitOfWork, command: SubmitContract) -> Contract:
    """Send a contract to the departments for countersign (会签, S122)."""
    contract = await contracts.get_for_update(uow, command.contract_id, command.expected)
    contract.require_draft()
    await approval.start(uow, contract)
    return await approval.show_opinions(uow.conn, contract)


async def countersign(uow: UnitOfWork, command: Countersign) -> Contract:
    """Give a department's opinion; the actor must be allowed to speak for it (S122)."""
    uow.actor.require(f"contract.countersign.{command.department}")
    contract = await contracts.get_for_update(uow, command.contract_id, command.expected)
    contract.must_be_countersignable(*uow.actor.signature)
    await approval.show_opinions(uow.conn, contract)
    if command.department not in contract.waiting_for:
        raise NotAsked(f"{command.department} is not asked, or has given its opinion already.")
    said = approval.opinion(command.verdict, command.remark, command.department)
    await approval.speak(uow, contract, said)
    return contract


async def approve_contract(uow: UnitOfWork, command: ApproveContract) -> Contract:
    """Approve what the departments agreed to; somebody other than its authors, whose authority
    covers the discounts (S108, S121)."""
    contract = await contracts.get_for_update(uow, command.contract_id, command.expected)
    contract.must_be_approvable(*uow.actor.signature)
    await approval.speak(uow, contract, Decision(Word.APPROVE))
    return contract


async def reject_contract(uow: UnitOfWork, command: RejectContract) -> Contract:
    """Refuse the approval; the author may change and submit again (S121)."""
    contract = await contracts.get_for_update(uow, command.contract_id, command.expected)
    contract.must_be_up_for_approval()
    await approval.speak(uow, contract, Decision(Word.REJECT, command.reason))
    return contract


async def sign_contract(uow: UnitOfWork, command: SignContract) -> Contract:
    """Record that both sides signed what was approved (S117)."""
    contract = await contracts.get_for_update(uow, command.contract_id, command.expected)
    with uow.conn.seeing_everything():  # a contract may be signed whosoever the customer is now
        must_stay(await known_customer(uow.conn, contract.customer_id))
    change = contract.sign(
        on=command.signed_on or business_date(uow.now),
        signer=command.signer,
        customer_signer=command.customer_signer,
    )
    await contracts.save(uow, contract, change)
    return await approval.show_opinions(uow.conn, contract)


async def complete_contract(uow: UnitOfWork, command: CompleteContract) -> Contract:
    """Note that everything under a contract is delivered, invoiced and paid."""
    contract = await contracts.get_for_update(uow, command.contract_id, command.expected)
    await contracts.save(uow, contract, contract.complete())
    return await approval.show_opinions(uow.conn, contract)


async def typed_lines(
    uow: UnitOfWork, asked: Sequence[Asked], currency: str
) -> tuple[ProductLine, ...]:
    """Return new lines of known products, at the prices that are asked for."""
    products = await known_products(uow.conn, [each.product_id for each in asked])
    return tuple(
        ProductLine(
            **priced(product, each.quantity, each.unit_price, each.discount, currency=currency)
        )
        for product, each in zip(products, asked, strict=True)
    )


def must_stay(customer: Customer) -> None:
    """Refuse to agree on anything with a customer who is rejected or lost."""
    if customer.status in GONE:
        raise CustomerIsGone(f"{customer.number} {customer.name} is {customer.status}.")
