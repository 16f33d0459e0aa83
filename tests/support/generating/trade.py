"""Orders, deliveries and invoices of a generated company."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.events import customer
from shared.events import order as events
from shared.events.values import Money
from tests.support.generating.journal import place_of, sum_of
from tests.support.generating.parties import Parties


class Trade(Parties):
    """The documents from the contract to the invoice."""

    def contract(self, buyer: customer.CustomerState) -> events.ContractState:
        """A contract, signed or still a draft."""
        on, currency = self.day(), self.currency()
        lines = [self.line(currency) for _ in range(self.random.randint(1, 3))]
        state = {
            "contract_id": self.id(),
            "number": self.number("HT"),
            "title": "生成合同",
            "customer_id": buyer.customer_id,
            "quote_id": None,
            "opportunity_id": None,
            "status": "draft",
            "lines": lines,
            "total": sum_of(lines),
            "terms": None,
            "payment_days": 30,
            "starts_on": on,
            "ends_on": None,
            "signed_on": None,
            **place_of(buyer),
        }
        drafted = self.emit(events.ContractDrafted, state, self.moment(on))
        if self.random.random() < 0.3:
            return drafted
        signed = state | {"status": "signed", "signed_on": on + timedelta(days=3)}
        return self.emit(events.ContractSigned, signed, self.moment(on + timedelta(days=3)))

    def placed_order(
        self, buyer: customer.CustomerState, lines: int | None = None, on: date | None = None
    ) -> dict[str, Any]:
        """The state of an order that was just placed."""
        on, currency = on or self.day(), self.currency()
        items = [self.line(currency) for _ in range(lines or self.random.randint(1, 4))]
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
            "total": sum_of(items),
            "ordered_on": on,
            "settlement": None,
            "payment_days": 30,
            **place_of(buyer),
        }
        self.emit(events.OrderPlaced, state, self.moment(on))
        return state

    def order(
        self, buyer: customer.CustomerState, lines: int | None = None, on: date | None = None
    ) -> events.OrderState:
        """An approved order."""
        placed = self.placed_order(buyer, lines, on)
        approved = placed | {"status": "approved", "settlement": "open", "approved_by": self.id()}
        return self.emit(events.OrderApproved, approved, self.moment(placed["ordered_on"], 1))

    def delivery(
        self, placed: events.OrderState, on: date, *, ship: bool = True
    ) -> events.DeliveryState:
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
            **place_of(placed),
        }
        drafted = self.emit(events.DeliveryDrafted, state, self.moment(on))
        if not ship:
            return drafted
        shipped = state | {"status": "shipped", "shipped_on": on}
        return self.emit(events.DeliveryShipped, shipped, self.moment(on, 1))

    def invoice(
        self, delivery: events.DeliveryState, on: date, fate: float = 1.0
    ) -> events.InvoiceState:
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
            **place_of(delivery),
        }
        self.emit(events.InvoiceDrafted, state, self.moment(on))
        if fate < 0.3:
            voided = state | {"status": "voided", "reason": "生成"}
            return self.emit(events.InvoiceVoided, voided, self.moment(on, 1))
        due = on + timedelta(days=self.random.choice((0, 30, 60)))
        issued = {"status": "issued", "number": self.number("IV"), "issued_on": on, "due_on": due}
        invoice = self.emit(events.InvoiceIssued, state | issued, self.moment(on, 1))
        self.voucher("invoice", invoice.invoice_id, on, delivery.customer_id, delivery.total)
        return invoice

    def voucher(self, kind: str, source_id: UUID, on: date, customer_id: UUID, money: Any) -> None:
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
                {"account": "revenue", "customer_id": customer_id, "amount": minus(amount)},
            ],
        }
        self.emit(events.VoucherPosted, state, self.moment(on, 2))


def minus(money: Any) -> Money:
    found = money if isinstance(money, Money) else Money.model_validate(money)
    return Money(amount=-found.amount, currency=found.currency)
