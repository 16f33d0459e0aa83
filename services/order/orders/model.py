"""The order: placed → approved → partly_delivered → delivered → closed (S120-S123, S134-S137).

``committed`` is what an approved order on credit, or open, still adds to the customer's account
until it is invoiced; a prepaid order holds money instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.order.orders.errors import (
    OrderBoundToQuote,
    OrderStateError,
    OverDelivery,
    OverInvoicing,
    OwnOrder,
    StillOpen,
    TermExceeded,
)
from services.order.orders.line import OrderLine
from services.order.orders.origin import Coverage, Origin
from services.order.orders.status import OPEN, REVIEWABLE, TRANSITIONS, Status
from services.order.place import Place
from services.order.prices.model import Judged
from services.order.products.line import must_fit
from shared.domain.actor import hands
from shared.domain.aggregate import Aggregate, Change
from shared.domain.errors import NotFound
from shared.domain.ids import new_id
from shared.domain.money import ZERO, total
from shared.domain.owner import Owner, give
from shared.events.order import (
    OrderApproved,
    OrderAwaitingFunds,
    OrderCancelled,
    OrderChanged,
    OrderClosed,
    OrderHandedOver,
    OrderPlaced,
    OrderProgressed,
    OrderRejected,
)
from shared.events.values import Money
from shared.events.vocabulary import Chain, Settlement


@dataclass(kw_only=True)
class Order(Judged, Aggregate):
    """A sales order of one customer in one currency. ``authors`` are all who wrote on it."""

    number: str
    chain: Chain
    customer_id: UUID
    contract_id: UUID | None
    quote_id: UUID | None
    opportunity_id: UUID | None
    status: Status
    currency: str
    lines: tuple[OrderLine, ...]
    total: Decimal
    ordered_on: date
    payment_days: int
    agreed_days: int | None
    note: str | None
    authors: Sequence[UUID]
    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None
    created_at: datetime
    settlement: Settlement | None = None
    committed: Decimal = ZERO
    credit_used: Decimal | None = None
    credit_limit: Decimal | None = None
    approved_by: UUID | None = None
    approved_for: UUID | None = None
    approved_at: datetime | None = None
    reason: str | None = None
    #: Who placed it, when a customer did in the portal (S25).
    portal_user_id: UUID | None = None

    @classmethod
    def place(
        cls,
        origin: Origin,
        lines: tuple[OrderLine, ...],
        *,
        number: str,
        customer_id: UUID,
        currency: str,
        ordered_on: date,
        payment_days: int,
        authors: Sequence[UUID],
        place: Place,
        at: datetime,
        note: str | None = None,
        portal_user_id: UUID | None = None,
    ) -> tuple[Order, Change]:
        """Enter an order; it waits for the review (S134)."""
        must_fit(lines)
        order = cls(
            id=new_id(),
            number=number,
            chain=origin.chain,
            customer_id=customer_id,
            contract_id=origin.contract_id,
            quote_id=origin.quote_id,
            opportunity_id=origin.opportunity_id,
            status=Status.PLACED,
            currency=currency,
            lines=lines,
            total=total(line.amount for line in lines),
            ordered_on=ordered_on,
            payment_days=payment_days,
            agreed_days=origin.agreed_days,
            note=note,
            authors=tuple(authors),
            owner_id=place.owner_id,
            department=place.department,
            branch=place.branch,
            region=place.region,
            created_at=at,
            portal_user_id=portal_user_id,
        )
        order._must_keep_terms()
        return order, Change(OrderPlaced)

    def change(
        self,
        lines: tuple[OrderLine, ...] | None,
        *,
        by: UUID,
        on_behalf_of: UUID | None = None,
        **fields: Any,
    ) -> Change:
        """Change an order that is not approved; it waits for the review again, by somebody else
        than all who wrote on it.

        Raises:
            OrderBoundToQuote: lines that an accepted quote fixes.
            TermExceeded: more time to pay than contract or quote agree on.
        """
        if lines is not None:
            if self.quote_id is not None:
                raise OrderBoundToQuote("The lines are those of the accepted quote.")
            must_fit(lines)
            self.lines, self.total = lines, total(line.amount for line in lines)
        self._become(Status.PLACED)
        self.authors = tuple(dict.fromkeys((*self.authors, *hands(by, on_behalf_of))))
        self.reason = None
        for name, value in fields.items():
            setattr(self, name, value)
        self._must_keep_terms()
        return Change(OrderChanged)

    # -- review ------------------------------------------------------------------------------

    def must_be_reviewable(self, by: UUID, on_behalf_of: UUID | None = None) -> None:
        """Refuse a review that comes too late, or by or for who placed or changed the order
        (S123)."""
        if self.status not in REVIEWABLE:
            raise OrderStateError(f"An order that is {self.status} is not reviewed.")
        if set(self.authors).intersection(hands(by, on_behalf_of)):
            raise OwnOrder("Who placed or changed an order does not review it.")

    def await_funds(self, short: Decimal) -> Change:
        """Find balance or credit short; the review may be tried again (S165)."""
        self._become(Status.AWAITING_FUNDS)
        return Change(OrderAwaitingFunds, {"short": Money(amount=short, currency=self.currency)})

    def approve(
        self,
        coverage: Coverage,
        *,
        by: UUID,
        at: datetime,
        role: str | None = None,
        on_behalf_of: UUID | None = None,
    ) -> Change:
        """Approve what is covered (S166); ``role`` is the one whose authority over discounts is
        used (S108)."""
        self.must_be_reviewable(by, on_behalf_of)
        self._become(Status.APPROVED)
        self.settlement = coverage.settlement
        self.credit_used, self.credit_limit = coverage.used, coverage.limit
        self.approved_by, self.approved_for = by, on_behalf_of
        self.approved_at, self.approved_role = at, role
        self._commit()
        return Change(OrderApproved, {"approved_by": by})

    def reject(self, reason: str) -> Change:
        """Refuse the order in the review."""
        self._become(Status.REJECTED)
        self.reason = reason
        return Change(OrderRejected, {"reason": reason})

    # -- progress ----------------------------------------------------------------------------

    def deliver(self, quantities: Mapping[UUID, Decimal], *, tolerance: Decimal) -> Change:
        """Note deliveries by line; ``tolerance`` is the share that may be more (S142, S144)."""
        self._must_be_open()
        for line_id, quantity in quantities.items():
            line = self.line(line_id)
            delivered = line.delivered + quantity
            if delivered > line.quantity * (1 + tolerance):
                raise OverDelivery(
                    f"{line.product_code}: {line.quantity} ordered, {delivered} delivered with"
                    f" this, tolerance {tolerance}.",
                    line_id=line_id,
                )
            self._replace(replace(line, delivered=delivered))
        return self._progress()

    def undeliver(self, quantities: Mapping[UUID, Decimal]) -> Change:
        """Take deliveries back that did not happen, unless they are invoiced."""
        self._must_be_open()
        for line_id, quantity in quantities.items():
            line = self.line(line_id)
            delivered = line.delivered - quantity
            least = Decimal(0) if self.chain == Chain.INVOICE_FIRST else line.invoiced
            if delivered < least:
                raise OverInvoicing(
                    f"{line.product_code}: {line.invoiced} are invoiced, so {quantity} cannot"
                    " be taken back.",
                    line_id=line_id,
                )
            self._replace(replace(line, delivered=delivered))
        return self._progress()

    def invoice(self, quantities: Mapping[UUID, Decimal]) -> Change:
        """Note invoices by line: no more than delivered, or than ordered in invoice_first."""
        self._must_be_open()
        for line_id, quantity in quantities.items():
            line = self.line(line_id)
            invoiced = line.invoiced + quantity
            first = self.chain == Chain.INVOICE_FIRST
            most = max(line.delivered, line.quantity) if first else line.delivered
            if invoiced > most:
                raise OverInvoicing(
                    f"{line.product_code}: {most} may be invoiced, {invoiced} would be.",
                    line_id=line_id,
                )
            self._replace(replace(line, invoiced=invoiced))
        return self._progress()

    def close(self) -> Change:
        """Nothing more will be delivered; what was delivered is invoiced (S123)."""
        for line in self.lines:
            if line.delivered != line.invoiced:
                raise StillOpen(
                    f"{line.product_code}: {line.delivered} delivered, {line.invoiced} invoiced.",
                    line_id=line.id,
                )
        self._become(Status.CLOSED)
        self._commit()
        return Change(OrderClosed)

    def cancel(self, reason: str) -> Change:
        """Withdraw an order of which nothing was delivered or invoiced."""
        if any(line.delivered or line.invoiced for line in self.lines):
            raise OrderStateError("Something is delivered or invoiced; close the order instead.")
        self._become(Status.CANCELLED)
        self.reason = reason
        self._commit()
        return Change(OrderCancelled, {"reason": reason})

    def hand_over(self, owner: Owner) -> Change:
        """Give it to another owner (S04)."""
        return Change(OrderHandedOver, give(self, owner))

    @property
    def has_own_prices(self) -> bool:
        """Whether its prices were not judged in a quote or contract (S108)."""
        return self.quote_id is None and self.contract_id is None

    # -- inside ------------------------------------------------------------------------------

    def line(self, line_id: UUID) -> OrderLine:
        """Return a line by its id."""
        for line in self.lines:
            if line.id == line_id:
                return line
        raise NotFound.of("order line", line_id)

    def _replace(self, changed: OrderLine) -> None:
        self.lines = tuple(changed if line.id == changed.id else line for line in self.lines)

    def _progress(self) -> Change:
        if all(line.delivered >= line.quantity for line in self.lines):
            self._become(Status.DELIVERED)
        elif any(line.delivered for line in self.lines):
            self._become(Status.PARTLY_DELIVERED)
        else:
            self._become(Status.APPROVED)
        self._commit()
        return Change(OrderProgressed)

    def _commit(self) -> None:
        uncovered = self.status in OPEN and self.settlement != Settlement.PREPAID
        self.committed = total(self._uninvoiced) if uncovered else ZERO

    @property
    def _uninvoiced(self) -> Iterator[Decimal]:
        return (line.uninvoiced(self.currency) for line in self.lines)

    def _must_keep_terms(self) -> None:
        if self.agreed_days is not None and self.payment_days > self.agreed_days:
            raise TermExceeded(f"Payment within {self.agreed_days} days is agreed.")

    def _must_be_open(self) -> None:
        if self.status not in OPEN:
            raise OrderStateError(f"An order that is {self.status} is not fulfilled.")

    def _become(self, target: Status) -> None:
        if target not in TRANSITIONS[self.status]:
            raise OrderStateError(f"An order that is {self.status} cannot become {target}.")
        self.status = target
