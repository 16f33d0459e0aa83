"""The invoice: draft → checked → issued → partly settled → settled, or voided before it is issued.

It has no number until it is issued, so that issued numbers have no gap (S152, S153, S160, S161).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.order.invoices.errors import InvoiceExceeded, InvoiceStateError, OwnInvoice
from services.order.place import Place
from services.order.products.line import ProductLine
from shared.domain.actor import hands
from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.domain.money import ZERO, total
from shared.domain.owner import Owner, give
from shared.events.order import (
    InvoiceAllocated,
    InvoiceChecked,
    InvoiceDrafted,
    InvoiceHandedOver,
    InvoiceIssued,
    InvoiceSettled,
    InvoiceVoided,
)


class Status(StrEnum):
    """How far an invoice is."""

    DRAFT = "draft"  # 待复核
    CHECKED = "checked"  # 已复核
    ISSUED = "issued"  # 已开票
    PARTLY_SETTLED = "partly_settled"  # 部分核销
    SETTLED = "settled"  # 已结清
    VOIDED = "voided"  # 已作废


#: From each state to those that may follow it.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.CHECKED, Status.VOIDED}),
    Status.CHECKED: frozenset({Status.ISSUED, Status.SETTLED, Status.VOIDED}),
    Status.ISSUED: frozenset({Status.PARTLY_SETTLED, Status.SETTLED}),
    Status.PARTLY_SETTLED: frozenset({Status.ISSUED, Status.PARTLY_SETTLED, Status.SETTLED}),
    Status.SETTLED: frozenset({Status.ISSUED, Status.PARTLY_SETTLED}),
    Status.VOIDED: frozenset(),
}
#: The states in which an invoice stands in the books.
POSTED = (Status.ISSUED, Status.PARTLY_SETTLED, Status.SETTLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine(ProductLine):
    """What is charged for one delivery line, or for one order line where billing comes first."""

    order_id: UUID | None = None
    order_line_id: UUID | None = None
    delivery_id: UUID | None = None
    delivery_line_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Whose invoice it is, under which contract, and when it is to be paid."""

    customer_id: UUID
    contract_id: UUID | None
    currency: str
    payment_days: int
    place: Place


@dataclass(kw_only=True)
class Invoice(Aggregate):
    """What a customer is charged; ``open`` is what is still to be paid."""

    number: str | None = None
    customer_id: UUID
    contract_id: UUID | None
    currency: str
    payment_days: int
    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None
    status: Status
    lines: tuple[InvoiceLine, ...]
    total: Decimal
    open: Decimal
    prepared_by: UUID
    created_at: datetime
    prepared_for: UUID | None = None
    checked_by: UUID | None = None
    checked_for: UUID | None = None
    issued_on: date | None = None
    due_on: date | None = None
    import_id: UUID | None = None

    @classmethod
    def draft(
        cls,
        heading: Heading,
        lines: Sequence[InvoiceLine],
        *,
        by: UUID,
        at: datetime,
        on_behalf_of: UUID | None = None,
    ) -> tuple[Invoice, Change]:
        """Prepare an invoice."""
        invoice = cls._new(heading, lines, Status.DRAFT, by, at)
        invoice.prepared_for = on_behalf_of
        return invoice, Change(InvoiceDrafted)

    @classmethod
    def of_history(
        cls,
        heading: Heading,
        line: InvoiceLine,
        *,
        number: str,
        on: date,
        by: UUID,
        at: datetime,
        import_id: UUID,
    ) -> tuple[Invoice, Change]:
        """Take over an invoice that was issued and paid on a day of the past."""
        invoice = cls._new(heading, (line,), Status.SETTLED, by, at)
        invoice.number, invoice.open, invoice.import_id = number, ZERO, import_id
        invoice.issued_on = invoice.due_on = on
        return invoice, Change(InvoiceSettled)

    @classmethod
    def _new(
        cls,
        heading: Heading,
        lines: Sequence[InvoiceLine],
        status: Status,
        by: UUID,
        at: datetime,
    ) -> Invoice:
        amount = total(line.amount for line in lines)
        return cls(
            id=new_id(),
            customer_id=heading.customer_id,
            contract_id=heading.contract_id,
            currency=heading.currency,
            payment_days=heading.payment_days,
            owner_id=heading.place.owner_id,
            department=heading.place.department,
            branch=heading.place.branch,
            region=heading.place.region,
            status=status,
            lines=tuple(lines),
            total=amount,
            open=amount,
            prepared_by=by,
            created_at=at,
        )

    def check(self, by: UUID, on_behalf_of: UUID | None = None) -> Change:
        """Confirm that it may be issued; not by or for who prepared it (S152)."""
        preparers = hands(self.prepared_by, self.prepared_for)
        if set(preparers).intersection(hands(by, on_behalf_of)):
            raise OwnInvoice("Who prepared an invoice does not check it.")
        self._become(Status.CHECKED)
        self.checked_by, self.checked_for = by, on_behalf_of
        return Change(InvoiceChecked)

    def issue(self, number: str, on: date) -> Change:
        """Make it a receivable, due ``payment_days`` from now (S160)."""
        self.must_be_checked()
        self.number, self.issued_on = number, on
        self.due_on = on + timedelta(days=self.payment_days)
        self._become(Status.ISSUED if self.open else Status.SETTLED)
        return Change(InvoiceIssued if self.open else InvoiceSettled)

    def must_be_checked(self) -> None:
        """Refuse to issue what a second person has not checked, or what is issued (S152)."""
        if self.status != Status.CHECKED:
            raise InvoiceStateError(f"An invoice that is {self.status} is not issued.")

    def allocate(self, amount: Decimal) -> Change:
        """Take ``amount`` off what is open (S161)."""
        self._require_posted()
        if not ZERO < amount <= self.open:
            raise InvoiceExceeded(
                f"{self.open} is open on invoice {self.number}, not {amount}.",
                invoice_id=self.id,
                open=self.open,
            )
        self.open -= amount
        self._become(Status.PARTLY_SETTLED if self.open else Status.SETTLED)
        return Change(InvoiceAllocated if self.open else InvoiceSettled)

    def reopen(self, amount: Decimal) -> Change:
        """Put ``amount`` back on what is open, as a payment was taken back (S161)."""
        self._require_posted()
        self.open += amount
        self._become(Status.ISSUED if self.open == self.total else Status.PARTLY_SETTLED)
        return Change(InvoiceAllocated)

    def void(self, reason: str) -> Change:
        """Withdraw it before it is issued."""
        self._become(Status.VOIDED)
        return Change(InvoiceVoided, {"reason": reason})

    def hand_over(self, owner: Owner) -> Change:
        """Give it to another owner (S04)."""
        return Change(InvoiceHandedOver, give(self, owner))

    @property
    def order_ids(self) -> list[UUID]:
        """The orders it charges for, ascending."""
        return sorted({line.order_id for line in self.lines if line.order_id})

    @property
    def delivery_ids(self) -> list[UUID]:
        """The deliveries it charges for, ascending."""
        return sorted({line.delivery_id for line in self.lines if line.delivery_id})

    def _require_posted(self) -> None:
        if self.status not in POSTED:
            raise InvoiceStateError(
                f"An invoice that is {self.status} takes no payment.", invoice_id=self.id
            )

    def _become(self, target: Status) -> None:
        if target not in TRANSITIONS[self.status]:
            raise InvoiceStateError(f"An invoice that is {self.status} cannot become {target}.")
        self.status = target
