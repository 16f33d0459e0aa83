"""Any sequence of invoices, receipts, allocations, prepayments and reversals, against an auditor.

The auditor keeps the books in memory by the simplest rules there are, and says beforehand whether
an act must succeed; afterwards the service must show the very same books.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import httpx
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shared.domain.ids import new_id
from shared.domain.money import CENT, ZERO, round_money
from tests.support.fulfilment import ACCOUNTANT, delivered, drafted_delivery, invoiced, shipped
from tests.support.opportunity import money, today
from tests.support.order import (
    Body,
    approved_order,
    customer,
    done,
    line,
    placed_order,
    product,
    read,
    reviewed_order,
)
from tests.support.services import ServiceUnderTest

T = TypeVar("T")
AMOUNTS = st.integers(min_value=1, max_value=3000).map(lambda cents: Decimal(cents) / 100)
PICKS = st.integers(min_value=0, max_value=30)
#: How much of what is possible is asked for: all, one cent more, or some of it.
CUTS = st.sampled_from(["all", "all", "too much", "half", "cent"])


def cut(possible: Decimal, how: str) -> Decimal:
    """An amount to ask for, at least a cent."""
    asked = {
        "all": possible,
        "too much": possible + CENT,
        "half": round_money(possible / 2, "CNY"),
        "cent": CENT,
    }
    return max(asked[how], CENT)


@dataclass
class Book:
    """What the auditor knows of one customer."""

    prepaid: Decimal = ZERO
    held: Decimal = ZERO


@dataclass
class Paper:
    """An invoice or receipt: the customer's, its amount, and what is left."""

    id: str
    customer_id: UUID
    left: Decimal
    total: Decimal
    gone: bool = False


@dataclass
class Match:
    """An allocation: of a receipt, or of the prepayment account when ``source`` is None."""

    id: str
    source: Paper | None
    invoice: Paper
    amount: Decimal
    made: bool = True


@dataclass
class Promise:
    """A prepaid order of ten pieces; ``left`` are still to be delivered."""

    body: Body
    price: Decimal
    left: int = 10


@dataclass
class Auditor:
    """The books in memory."""

    books: dict[UUID, Book] = field(default_factory=dict)
    invoices: list[Paper] = field(default_factory=list)
    receipts: list[Paper] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    orders: list[Promise] = field(default_factory=list)

    def owed(self, customer_id: UUID) -> Decimal:
        """What a customer owes."""
        return sum((i.left for i in self.invoices if i.customer_id == customer_id), ZERO)


def chosen(among: list[T], pick: int) -> T:
    """One of several."""
    return among[pick % len(among)]


class MoneyMachine(RuleBasedStateMachine):
    """Acts drawn at random; ``service`` and ``loop`` are set by the test."""

    service: ServiceUnderTest
    loop: asyncio.AbstractEventLoop

    def do(self, act: Coroutine[Any, Any, T]) -> T:
        """Run an act in the loop of the service."""
        return asyncio.run_coroutine_threadsafe(act, self.loop).result(60)

    def post(self, path: str, body: Body) -> httpx.Response:
        """Send a request of finance twice with one key; the second answer must be the first."""

        async def twice() -> httpx.Response:
            headers = {"If-Match": "*", "Idempotency-Key": str(new_id())}
            async with self.service.client(ACCOUNTANT) as client:
                answer = await client.post(f"/v1/{path}", json=body, headers=headers)
                again = await client.post(f"/v1/{path}", json=body, headers=headers)
            if answer.is_success:
                assert (again.status_code, again.content) == (answer.status_code, answer.content)
            return answer

        return self.do(twice())

    def settle(self, answer: httpx.Response, refusal: str | None) -> bool:
        """Say whether the act took place; it must be exactly as the auditor foretold."""
        told = None if answer.is_success else answer.json()["code"]
        assert told == refusal, answer.text
        return refusal is None

    # -- documents ---------------------------------------------------------------------------

    @initialize()
    def open_the_books(self) -> None:
        """One customer whose invoices stay open, one who pays in advance; both have money."""
        self.audit = Auditor()
        self.open, self.ahead = (
            self.do(customer(self.service, terms)) for terms in ("open", "prepaid")
        )
        self.audit.books = {self.open: Book(), self.ahead: Book()}
        self.sold = self.do(product(self.service, listed="0.01"))
        for amount in ("10.00", "7.77", "0.01"):
            self.deliver_and_invoice(Decimal(amount))
        for amount, ahead in (("12.00", False), ("5.00", False), ("100.00", True)):
            self.receive(Decimal(amount), ahead)
        self.credit(len(self.audit.receipts) - 1, "half")
        self.order_ahead(Decimal("0.33"))

    @rule(amount=AMOUNTS)
    def deliver_and_invoice(self, amount: Decimal) -> None:
        """S145, S160."""

        async def act() -> Body:
            direct = {
                "customer_id": str(self.open),
                "lines": [line(self.sold, "1", str(amount))],
            }
            draft = await drafted_delivery(self.service, direct=direct)
            return await invoiced(self.service, await shipped(self.service, draft))

        self.audit.invoices.append(Paper(self.do(act())["id"], self.open, amount, amount))

    @rule(amount=AMOUNTS, ahead=st.booleans())
    def receive(self, amount: Decimal, ahead: bool) -> None:
        """S159."""
        customer_id = self.ahead if ahead else self.open
        body = {
            "customer_id": str(customer_id),
            "amount": money(str(amount)),
            "method": "bank_transfer",
            "received_on": str(today()),
        }
        paper = Paper(self.post("receipts", body).json()["id"], customer_id, amount, amount)
        self.audit.receipts.append(paper)

    @rule(price=AMOUNTS)
    def order_ahead(self, price: Decimal) -> None:
        """S165: ten pieces, approved only when the free balance covers them."""
        book = self.audit.books[self.ahead]
        covered = book.prepaid - book.held >= 10 * price

        async def act() -> Body:
            ten = line(self.sold, "10", str(price))
            if covered:
                return await approved_order(self.service, self.ahead, ten)
            placed = await placed_order(self.service, self.ahead, ten)
            return await reviewed_order(self.service, placed)

        body = self.do(act())
        assert body["status"] == ("approved" if covered else "awaiting_funds")
        if covered:
            book.held += 10 * price
            self.audit.orders.append(Promise(body, price))

    @precondition(lambda self: any(each.left for each in self.audit.orders))
    @rule(pick=PICKS, pieces=st.integers(min_value=1, max_value=10))
    def deliver_part(self, pick: int, pieces: int) -> None:
        """S142, S165: the hold pays what is invoiced of the order, at once."""
        order = chosen([each for each in self.audit.orders if each.left], pick)
        pieces = min(pieces, order.left)

        async def act() -> Body:
            sent = await delivered(self.service, order.body, str(pieces))
            return await invoiced(self.service, sent)

        body, amount = self.do(act()), pieces * order.price
        assert (body["status"], body["open"]["amount"]) == ("settled", "0.00")
        order.left -= pieces
        book = self.audit.books[self.ahead]
        book.prepaid -= amount
        book.held -= amount
        invoice = Paper(body["id"], self.ahead, ZERO, amount)
        self.audit.invoices.append(invoice)
        found = self.do(read(self.service, f"allocations?invoice_id={invoice.id}"))
        (made,) = found["items"]
        self.audit.matches.append(Match(made["id"], None, invoice, amount))

    # -- money -------------------------------------------------------------------------------

    @rule(receipt=PICKS, invoice=PICKS, how=CUTS)
    def allocate(self, receipt: int, invoice: int, how: str) -> None:
        """S161: one receipt to one invoice."""
        source, target = chosen(self.audit.receipts, receipt), chosen(self.audit.invoices, invoice)
        amount = cut(min(source.left, target.left), how)
        share = {"invoice_id": target.id, "amount": money(str(amount))}
        answer = self.post(f"receipts/{source.id}/allocations", {"allocations": [share]})
        if self.settle(answer, self.refusal(source, target, amount)):
            self.matched(answer.json()["allocations"][0]["id"], source, target, amount)

    @rule(receipt=PICKS, take=st.integers(min_value=2, max_value=4))
    def pay_several(self, receipt: int, take: int) -> None:
        """S161: one receipt to several invoices, as much as both allow."""
        source = chosen([r for r in self.audit.receipts if r.customer_id == self.open], receipt)
        wanted = [i for i in self.audit.invoices if i.left and i.customer_id == self.open][:take]
        if not wanted or source.gone:
            return
        shares = [{"invoice_id": each.id} for each in wanted]
        answer = self.post(f"receipts/{source.id}/allocations", {"allocations": shares})
        covered = sum((each.left for each in wanted[:-1]), ZERO) < source.left
        if self.settle(answer, None if covered else "receipt_exceeded"):
            for each, made in zip(wanted, answer.json()["allocations"], strict=True):
                self.matched(made["id"], source, each, min(source.left, each.left))

    @rule(invoice=PICKS, take=st.integers(min_value=2, max_value=4))
    def collect(self, invoice: int, take: int) -> None:
        """S161: several receipts to one invoice, a cent of each."""
        target = chosen(self.audit.invoices, invoice)
        mine = [r for r in self.audit.receipts if r.customer_id == target.customer_id and r.left]
        shares = [{"receipt_id": each.id, "amount": money("0.01")} for each in mine[:take]]
        if not shares:
            return
        answer = self.post(f"invoices/{target.id}/allocations", {"allocations": shares})
        if self.settle(answer, None if target.left >= len(shares) * CENT else "invoice_exceeded"):
            for each, made in zip(mine, answer.json()["allocations"], strict=False):
                self.matched(made["id"], each, target, CENT)

    @precondition(lambda self: self.audit.matches)
    @rule(pick=PICKS)
    def take_back(self, pick: int) -> None:
        """S161 (反核销), also a second time; what was prepaid is free again."""
        match = chosen(self.audit.matches, pick)
        answer = self.post(f"allocations/{match.id}/reverse", {"reason": "核销错误"})
        if not self.settle(answer, None if match.made else "allocation_state"):
            return
        match.made = False
        match.invoice.left += match.amount
        if match.source is not None:
            match.source.left += match.amount
        else:
            self.audit.books[match.invoice.customer_id].prepaid += match.amount

    @rule(pick=PICKS, how=CUTS)
    def credit(self, pick: int, how: str) -> None:
        """S164: a receipt becomes prepaid money."""
        receipt = chosen(self.audit.receipts, pick)
        amount = cut(receipt.left, how)
        body = {"amount": money(str(amount))}
        answer = self.post(f"receipts/{receipt.id}/credit-prepayment", body)
        refusal = "receipt_exceeded" if amount > receipt.left else None
        if self.settle(answer, "receipt_state" if receipt.gone else refusal):
            receipt.left -= amount
            self.audit.books[receipt.customer_id].prepaid += amount

    @rule(pick=PICKS, how=CUTS)
    def pay_from_prepayment(self, pick: int, how: str) -> None:
        """S161, S164: up to what no order holds."""
        invoice = chosen(self.audit.invoices, pick)
        book = self.audit.books[invoice.customer_id]
        amount = cut(min(invoice.left, book.prepaid - book.held), how)
        body = {"amount": money(str(amount))}
        answer = self.post(f"invoices/{invoice.id}/pay-from-prepayment", body)
        short = "prepayment_short" if amount > book.prepaid - book.held else None
        if self.settle(answer, "invoice_exceeded" if amount > invoice.left else short):
            book.prepaid -= amount
            self.matched(answer.json()["allocations"][0]["id"], None, invoice, amount)

    @precondition(lambda self: sum(not each.gone for each in self.audit.receipts) > 3)
    @rule(pick=PICKS)
    def bounce(self, pick: int) -> None:
        """S161: a receipt is taken back while nothing of it is used."""
        receipt = chosen(self.audit.receipts, pick)
        answer = self.post(f"receipts/{receipt.id}/reverse", {"reason": "退票"})
        used = "receipt_in_use" if receipt.left != receipt.total else None
        if self.settle(answer, "receipt_state" if receipt.gone else used):
            receipt.gone, receipt.left = True, ZERO

    # -- the auditor ---------------------------------------------------------------------------

    def refusal(self, receipt: Paper, invoice: Paper, amount: Decimal) -> str | None:
        """Why an allocation must be refused, if it must."""
        if receipt.customer_id != invoice.customer_id:
            return "not_together"
        if receipt.gone:
            return "receipt_state"
        if amount > receipt.left:
            return "receipt_exceeded"
        return "invoice_exceeded" if amount > invoice.left else None

    def matched(
        self, allocation_id: str, source: Paper | None, invoice: Paper, amount: Decimal
    ) -> None:
        """Enter an allocation into the books."""
        invoice.left -= amount
        if source is not None:
            source.left -= amount
        self.audit.matches.append(Match(allocation_id, source, invoice, amount))

    @invariant()
    def the_books_agree(self) -> None:
        """S160, S161, S164: accounts, prepayments and the ledger."""
        for customer_id, book in getattr(self, "audit", Auditor()).books.items():
            self.do(self.compare(customer_id, book))

    async def compare(self, customer_id: UUID, book: Book) -> None:
        """What the service shows of a customer is what the auditor has."""
        accounts = (await read(self.service, f"accounts?customer_id={customer_id}"))["items"]
        owed = sum((Decimal(each["receivable"]["amount"]) for each in accounts), ZERO)
        assert owed == self.audit.owed(customer_id)
        found = (await read(self.service, f"prepayments?customer_id={customer_id}"))["items"]
        shown = [(each["balance"]["amount"], each["held"]["amount"]) for each in found]
        kept = [(f"{book.prepaid:.2f}", f"{book.held:.2f}")]
        assert shown == kept if found else book == Book()

    def teardown(self) -> None:
        """Every single document is as the auditor has it, and all promises hold."""
        if not hasattr(self, "audit"):
            return
        for kind, papers, name in (
            ("invoices", self.audit.invoices, "open"),
            ("receipts", self.audit.receipts, "unallocated"),
        ):
            for paper in papers:
                shown = self.do(done(self.service, ACCOUNTANT, f"{kind}/{paper.id}", method="GET"))
                assert Decimal(shown[name]["amount"]) == paper.left
        self.do(self.service.check())


async def test_the_service_and_an_auditor_keep_the_same_books(order: ServiceUnderTest) -> None:
    """S159, S160, S161, S164, S165: whatever the sequence of acts."""
    MoneyMachine.service, MoneyMachine.loop = order, asyncio.get_running_loop()
    limits = settings(
        max_examples=6,
        stateful_step_count=30,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would outlast the run
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, MoneyMachine, settings=limits)
