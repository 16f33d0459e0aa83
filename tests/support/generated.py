"""Generated documents of a trading company, as the events the services publish about them.

Everything here is generated: names, amounts and dates come from a seeded random source. The
newest payload of each document is kept in ``documents``, for tests that compute in plain Python
what a report must say.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, TypeVar
from uuid import UUID

from shared.domain.money import line_amount, total
from shared.events import customer, opportunity, order, staff
from shared.events.envelope import Envelope
from shared.events.payload import Payload
from shared.events.values import Money

P = TypeVar("P", bound=Payload)

STAGES = ("preparation", "contact", "discovery", "proposal", "closing")
_BRANCHES = {"销售一部": "上海", "销售二部": "上海", "大客户部": "天津"}
_REGIONS = ("华东", "华北", None)
_INDUSTRIES = ("制造", "零售", "金融", None)
_LINES = ("变频器", "服务", None)


@dataclass
class World:
    """A company under generation. One ``seed`` is always the same company."""

    seed: int = 1
    first_day: date = date(2025, 1, 1)
    days: int = 500
    currencies: Sequence[str] = ("CNY", "USD")
    events: list[Envelope] = field(default_factory=list)
    documents: dict[UUID, Payload] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self._versions: dict[UUID, int] = {}
        self._numbers: dict[str, int] = {}
        self.staff = [self._hire(place) for place in _BRANCHES for _ in range(2)]
        self.products = [self._product(line) for line in _LINES for _ in range(3)]

    # -- what tests ask -------------------------------------------------------------------------

    def newest(self, kind: type[P]) -> list[P]:
        """The newest state of every document of a family."""
        return [each for each in self.documents.values() if isinstance(each, kind)]

    def envelopes(self) -> list[Envelope]:
        """All events, in the order they happened."""
        return sorted(self.events, key=lambda each: each.time)

    # -- parties --------------------------------------------------------------------------------

    def customer(self) -> customer.CustomerState:
        """A formal customer of somebody."""
        owner = self.random.choice(self.staff)
        at = self.moment(self.day())
        state = {
            "customer_id": self.id(),
            "number": self.number("C"),
            "name": f"生成客户{self._numbers['C']:05d}有限公司",
            "status": "prospect",
            "level": self.random.choice(("A", "B", "C", None)),
            "industry": self.random.choice(_INDUSTRIES),
            "source": self.random.choice(("展会", "转介绍")),
            "external_id": None,
            "created_at": at,
            "region": self.random.choice(_REGIONS),
            **_owner(owner),
        }
        self.emit(customer.CustomerCreated, state, at)
        state["status"] = "formal"
        return self.emit(customer.CustomerConfirmed, state, at + timedelta(minutes=1))

    # -- the trade ------------------------------------------------------------------------------

    def chain(self, buyer: customer.CustomerState, lines: int | None = None) -> None:
        """An order and what followed from it: deliveries, invoices, money; or a cancellation."""
        placed = self.order(buyer, lines)
        if self.random.random() < 0.1:
            self.emit(
                order.OrderCancelled,
                placed.model_dump() | {"status": "cancelled", "reason": "生成"},
                self.moment(placed.ordered_on, 2),
            )
            return
        fate = self.random.random()
        on = placed.ordered_on + timedelta(days=self.random.randint(0, 40))
        shipped = self.delivery(placed, on, ship=fate > 0.1)
        if fate < 0.2:
            return
        invoice = self.invoice(shipped, on + timedelta(days=self.random.randint(0, 20)), fate)
        if invoice.status == "issued":
            self.payment(invoice)

    def placed_order(
        self, buyer: customer.CustomerState, lines: int | None = None, on: date | None = None
    ) -> dict[str, Any]:
        """The state of an order that was just placed."""
        on, currency = on or self.day(), self.random.choice(list(self.currencies))
        items = [self._line(currency) for _ in range(lines or self.random.randint(1, 4))]
        state = {
            "order_id": self.id(),
            "number": self.number("SO"),
            "chain": "ordinary",
            "customer_id": buyer.customer_id,
            "contract_id": None,
            "quote_id": None,
            "opportunity_id": None,
            "status": "placed",
            "lines": [{**item, "delivered": Decimal(0), "invoiced": Decimal(0)} for item in items],
            "total": _sum(items),
            "ordered_on": on,
            "settlement": None,
            "payment_days": 30,
            **_of(buyer),
        }
        self.emit(order.OrderPlaced, state, self.moment(on))
        return state

    def order(
        self, buyer: customer.CustomerState, lines: int | None = None, on: date | None = None
    ) -> order.OrderState:
        """An approved order."""
        placed = self.placed_order(buyer, lines, on)
        approved = placed | {"status": "approved", "settlement": "open", "approved_by": self.id()}
        return self.emit(order.OrderApproved, approved, self.moment(placed["ordered_on"], 1))

    def delivery(
        self, placed: order.OrderState, on: date, *, ship: bool = True
    ) -> order.DeliveryState:
        """A delivery of everything ordered."""
        lines = [
            {
                **line.model_dump(),
                "line_id": self.id(),
                "order_id": placed.order_id,
                "order_line_id": line.line_id,
            }
            for line in placed.lines
        ]
        state = {
            "delivery_id": self.id(),
            "number": self.number("DN"),
            "chain": placed.chain,
            "customer_id": placed.customer_id,
            "status": "draft",
            "lines": lines,
            "total": placed.total,
            "shipped_on": None,
            "received_on": None,
            "carrier": None,
            "tracking": None,
            **_of(placed),
        }
        drafted = self.emit(order.DeliveryDrafted, state, self.moment(on))
        if not ship:
            return drafted
        shipped = state | {"status": "shipped", "shipped_on": on}
        return self.emit(order.DeliveryShipped, shipped, self.moment(on, 1))

    def invoice(
        self, delivery: order.DeliveryState, on: date, fate: float = 1.0
    ) -> order.InvoiceState:
        """An invoice for a delivery; voided when fate is low."""
        lines = [
            {
                **line.model_dump(),
                "line_id": self.id(),
                "delivery_id": delivery.delivery_id,
                "delivery_line_id": line.line_id,
            }
            for line in delivery.lines
        ]
        state = {
            "invoice_id": self.id(),
            "number": None,
            "customer_id": delivery.customer_id,
            "status": "draft",
            "lines": lines,
            "total": delivery.total,
            "open": delivery.total,
            "issued_on": None,
            "due_on": None,
            **_of(delivery),
        }
        self.emit(order.InvoiceDrafted, state, self.moment(on))
        if fate < 0.3:
            voided = state | {"status": "voided", "reason": "生成"}
            return self.emit(order.InvoiceVoided, voided, self.moment(on, 1))
        due = on + timedelta(days=self.random.choice((0, 30, 60)))
        issued = {"status": "issued", "number": self.number("IV"), "issued_on": on, "due_on": due}
        invoice = self.emit(order.InvoiceIssued, state | issued, self.moment(on, 1))
        self._voucher("invoice", invoice.invoice_id, on, delivery.customer_id, delivery.total)
        return invoice

    def payment(self, invoice: order.InvoiceState) -> None:
        """Nothing, part of an invoice, or all of it; some receipts are taken back again."""
        share = self.random.choice((0, 1, 2, 4, 4))
        amount = (invoice.total.amount * share / 4).quantize(Decimal("0.01"))
        if not amount or invoice.issued_on is None:
            return
        on = invoice.issued_on + timedelta(days=self.random.randint(0, 90))
        receipt = self.receipt(invoice, Money(amount=amount, currency=invoice.total.currency), on)
        allocation = self.allocation(receipt, invoice, amount, on)
        if self.random.random() < 0.15:
            self.take_back(receipt, allocation, on + timedelta(days=self.random.randint(1, 60)))

    def receipt(self, invoice: order.InvoiceState, money: Money, on: date) -> order.ReceiptState:
        """Money that came in."""
        state = {
            "receipt_id": self.id(),
            "number": self.number("RC"),
            "customer_id": invoice.customer_id,
            "status": "recorded",
            "method": "bank_transfer",
            "amount": money,
            "unallocated": money,
            "received_on": on,
            "handler_id": invoice.owner_id,
            **_of(invoice),
        }
        return self.emit(order.ReceiptRecorded, state, self.moment(on))

    def allocation(
        self, receipt: order.ReceiptState, invoice: order.InvoiceState, amount: Decimal, on: date
    ) -> order.AllocationState:
        """Receipt matched with invoice: three documents change at once."""
        at, currency = self.moment(on, 1), receipt.amount.currency
        made = {
            "allocation_id": self.id(),
            "customer_id": receipt.customer_id,
            "receipt_id": receipt.receipt_id,
            "prepayment_id": None,
            "invoice_id": invoice.invoice_id,
            "amount": {"amount": amount, "currency": currency},
            "allocated_on": on,
            "status": "made",
            **_of(receipt),
        }
        allocation = self.emit(order.AllocationMade, made, at)
        self._pay(invoice.invoice_id, -amount, at)
        left = receipt.unallocated.amount - amount
        status = "partly_allocated" if left else "allocated"
        self._use(receipt.receipt_id, left, status, at)
        self._voucher(
            "allocation", allocation.allocation_id, on, receipt.customer_id, _minus(made["amount"])
        )
        return allocation

    def take_back(
        self,
        receipt: order.ReceiptState,
        allocation: order.AllocationState,
        on: date,
        hour: int = 9,
    ) -> None:
        """The allocation and then the receipt are reversed."""
        at = self.moment(on, 30, hour)
        reversed_ = allocation.model_dump() | {"status": "reversed", "reason": "退票"}
        self.emit(order.AllocationReversed, reversed_, at)
        self._pay(allocation.invoice_id, allocation.amount.amount, at)
        self._use(receipt.receipt_id, receipt.amount.amount, "recorded", at)
        self._voucher(
            "allocation", allocation.allocation_id, on, receipt.customer_id, allocation.amount
        )
        state = self.documents[receipt.receipt_id].model_dump()
        state |= {"status": "reversed", "reason": "退票"}
        state["unallocated"]["amount"] = Decimal("0.00")
        self.emit(order.ReceiptReversed, state, self.moment(on, 31, hour))

    # -- the follow-up --------------------------------------------------------------------------

    def opened_opportunity(
        self, buyer: customer.CustomerState, on: date, at: datetime | None = None
    ) -> dict[str, Any]:
        """The state of an opportunity that was just opened."""
        at = at or self.moment(on)
        state: dict[str, Any] = {
            "opportunity_id": self.id(),
            "number": None,
            "name": "生成项目",
            "customer_id": buyer.customer_id,
            "status": "open",
            "stage": STAGES[0],
            "stage_position": 1,
            "stage_since": at,
            "likelihood": "B",
            "progress": "warm",
            "kind": "new",
            "source": None,
            "expected_amount": self.random.choice((None, self._money())),
            "expected_close": None,
            "opened_at": at,
            **_of(buyer),
        }
        self.emit(opportunity.OpportunityOpened, state, at)
        return state

    def opportunity(self, buyer: customer.CustomerState) -> None:
        """An opportunity that went some way through the stages, to its end or not."""
        on = self.day()
        state = self.opened_opportunity(buyer, on)
        reached = self.random.randint(0, len(STAGES) - 1)
        for previous, stage in pairwise(STAGES[: reached + 1]):
            on += timedelta(days=self.random.randint(1, 30))
            state |= {"stage": stage, "stage_since": self.moment(on), "previous_stage": previous}
            state["stage_position"] += 1
            self.emit(opportunity.OpportunityStageChanged, state, self.moment(on))
        end = self.moment(on + timedelta(days=self.random.randint(1, 30)))
        fate = self.random.choice(("open", "won", "lost", "abandoned"))
        if fate == "won":
            self.emit(opportunity.OpportunityWon, state | {"status": fate, "reason": None}, end)
        if fate in ("lost", "abandoned"):
            lost = state | {"status": fate, "reason": "价格"}
            self.emit(opportunity.OpportunityLost, lost, end)

    # -- inside ---------------------------------------------------------------------------------

    def emit(self, kind: type[P], state: dict[str, Any], at: datetime) -> P:
        """Publish a payload as the next version of its document."""
        payload = kind.model_validate(state)
        key: UUID = state[f"{kind.aggregate_type}_id"]
        self._versions[key] = self._versions.get(key, 0) + 1
        self.documents[key] = payload
        self.events.append(
            Envelope(
                id=self.id(),
                type=kind.event_type,
                source=f"/kehu/{kind.service}",
                aggregate_type=kind.aggregate_type,
                aggregate_id=key,
                sequence=self._versions[key],
                time=at,
                data=payload.model_dump_json(),
                actor_id=UUID(int=0),
                correlation_id=UUID(int=0),
            )
        )
        return payload

    def id(self) -> UUID:
        """A random id."""
        return UUID(int=self.random.getrandbits(128), version=4)

    def number(self, prefix: str) -> str:
        """The next document number."""
        self._numbers[prefix] = self._numbers.get(prefix, 0) + 1
        return f"{prefix}-{self._numbers[prefix]:06d}"

    def day(self) -> date:
        """Some day of the period."""
        return self.first_day + timedelta(days=self.random.randrange(self.days))

    def moment(self, on: date, minute: int = 0, hour: int = 9) -> datetime:
        """A moment of that day in the business zone (which is eight hours ahead of UTC)."""
        return datetime.combine(on, time(hour, minute), UTC) - timedelta(hours=8)

    def business_day(self, at: datetime) -> date:
        """The day in Shanghai, reckoned without a time zone database."""
        return (at.astimezone(UTC) + timedelta(hours=8)).date()

    def _hire(self, department: str) -> staff.StaffState:
        state = {
            "staff_id": self.id(),
            "name": f"生成员工{self.number('E')}",
            "roles": ("account_manager",),
            "department": department,
            "branch": _BRANCHES[department],
            "status": "active",
        }
        return self.emit(staff.StaffHired, state, self.moment(self.first_day))

    def _product(self, line: str | None) -> opportunity.ProductChanged:
        state = {
            "product_id": self.id(),
            "code": self.number("P"),
            "name": f"生成产品{self._numbers['P']}",
            "line": line,
            "category": None,
            "unit": "台",
            "status": "active",
        }
        return self.emit(opportunity.ProductChanged, state, self.moment(self.first_day))

    def _line(self, currency: str) -> dict[str, Any]:
        product = self.random.choice(self.products)
        quantity = Decimal(self.random.randint(1, 50)) / 2
        price = Decimal(self.random.randint(100, 100_000)) / 100
        discount = self.random.choice((Decimal(0), Decimal("0.05")))
        return {
            "line_id": self.id(),
            "product_id": product.product_id,
            "product_code": product.code,
            "product_name": product.name,
            "unit": product.unit,
            "quantity": quantity,
            "unit_price": {"amount": price, "currency": currency},
            "discount": discount,
            "amount": {"amount": line_amount(quantity, price, discount), "currency": currency},
        }

    def _money(self) -> Money:
        amount = Decimal(self.random.randint(1000, 10_000_000)) / 100
        return Money(amount=amount, currency=self.random.choice(list(self.currencies)))

    def _pay(self, invoice_id: UUID, change: Decimal, at: datetime) -> None:
        state = self.documents[invoice_id].model_dump()
        state["open"]["amount"] += change
        left, whole = state["open"]["amount"], state["total"]["amount"]
        state["status"] = "settled" if not left else "issued" if left == whole else "partly_settled"
        kind = order.InvoiceSettled if not left else order.InvoiceAllocated
        self.emit(kind, state, at)

    def _use(self, receipt_id: UUID, left: Decimal, status: str, at: datetime) -> None:
        state = self.documents[receipt_id].model_dump() | {"status": status}
        state["unallocated"]["amount"] = left
        self.emit(order.ReceiptAllocated, state, at)

    def _voucher(self, kind: str, source_id: UUID, on: date, customer_id: UUID, money: Any) -> None:
        amount = money if isinstance(money, Money) else Money.model_validate(money)
        state = {
            "voucher_id": self.id(),
            "number": self.number("V"),
            "kind": kind,
            "source_type": kind,
            "source_id": source_id,
            "posted_on": on,
            "postings": [
                {"account": "accounts_receivable", "customer_id": customer_id, "amount": amount},
                {"account": "revenue", "customer_id": customer_id, "amount": _minus(amount)},
            ],
        }
        self.emit(order.VoucherPosted, state, self.moment(on, 2))


def trading_company(seed: int = 1, customers: int = 20, chains: int = 60, **more: Any) -> World:
    """A company with customers, orders to money, and opportunities."""
    world = World(seed, **more)
    buyers = [world.customer() for _ in range(customers)]
    for _ in range(chains):
        # Some buy much more than others.
        buyer = buyers[int(len(buyers) * world.random.random() ** 2)]
        world.chain(buyer)
        if world.random.random() < 0.5:
            world.opportunity(buyer)
    return world


def _owner(person: staff.StaffState) -> dict[str, Any]:
    return {
        "owner_id": person.staff_id,
        "department": person.department,
        "branch": person.branch,
    }


def _of(document: Any) -> dict[str, Any]:
    names = ("owner_id", "department", "branch", "region")
    return {name: getattr(document, name) for name in names}


def _sum(items: list[dict[str, Any]]) -> Money:
    currency = items[0]["amount"]["currency"]
    return Money(amount=total(item["amount"]["amount"] for item in items), currency=currency)


def _minus(money: Any) -> Money:
    found = money if isinstance(money, Money) else Money.model_validate(money)
    return Money(amount=-found.amount, currency=found.currency)
