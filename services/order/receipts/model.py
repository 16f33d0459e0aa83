"""The receipt (回款) and the allocation of its money to invoices (核销) (S159, S161, S164)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.order.place import Place
from services.order.receipts.errors import (
    AllocationStateError,
    ReceiptExceeded,
    ReceiptInUse,
    ReceiptStateError,
)
from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.domain.money import ZERO
from shared.domain.owner import Owner, give
from shared.events.order import (
    AllocationMade,
    AllocationReversed,
    ReceiptAllocated,
    ReceiptHandedOver,
    ReceiptRecorded,
    ReceiptReversed,
)


class Status(StrEnum):
    """How much of a receipt is allocated."""

    RECORDED = "recorded"  # 未核销
    PARTLY_ALLOCATED = "partly_allocated"  # 部分核销
    ALLOCATED = "allocated"  # 已核销
    REVERSED = "reversed"  # 已冲销


#: From each state to those that may follow it; a state may follow itself where it stands here.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.RECORDED: frozenset({Status.PARTLY_ALLOCATED, Status.ALLOCATED, Status.REVERSED}),
    Status.PARTLY_ALLOCATED: frozenset(
        {Status.RECORDED, Status.PARTLY_ALLOCATED, Status.ALLOCATED}
    ),
    Status.ALLOCATED: frozenset({Status.RECORDED, Status.PARTLY_ALLOCATED}),
    Status.REVERSED: frozenset(),
}


class Method(StrEnum):
    """How the money came."""

    BANK_TRANSFER = "bank_transfer"  # 银行转账
    CHEQUE = "cheque"  # 支票
    ACCEPTANCE_BILL = "acceptance_bill"  # 承兑汇票
    CASH = "cash"  # 现金
    CARD = "card"  # 刷卡
    WECHAT = "wechat"  # 微信支付
    ALIPAY = "alipay"  # 支付宝
    OTHER = "other"  # 其他


class AllocationStatus(StrEnum):
    """Whether an allocation stands."""

    MADE = "made"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingPayment:
    """The money that came in: from whom, how, when, taken by whom, to which account (S159)."""

    customer_id: UUID
    amount: Decimal
    currency: str
    method: str
    received_on: date
    handler_id: UUID
    account: str | None = None
    note: str | None = None


@dataclass(kw_only=True)
class Receipt(Aggregate):
    """Money received from a customer. ``unallocated`` + ``credited`` + allocations = ``amount``."""

    number: str
    customer_id: UUID
    amount: Decimal
    currency: str
    method: str
    received_on: date
    handler_id: UUID
    account: str | None
    note: str | None
    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None
    status: Status
    unallocated: Decimal
    credited: Decimal
    recorded_by: UUID
    created_at: datetime
    import_id: UUID | None = None

    @classmethod
    def record(
        cls, payment: IncomingPayment, place: Place, *, number: str, by: UUID, at: datetime
    ) -> tuple[Receipt, Change]:
        """Record money that came in (S159)."""
        receipt = cls(
            id=new_id(),
            number=number,
            customer_id=payment.customer_id,
            amount=payment.amount,
            currency=payment.currency,
            method=payment.method,
            received_on=payment.received_on,
            handler_id=payment.handler_id,
            account=payment.account,
            note=payment.note,
            owner_id=place.owner_id,
            department=place.department,
            branch=place.branch,
            region=place.region,
            status=Status.RECORDED,
            unallocated=payment.amount,
            credited=ZERO,
            recorded_by=by,
            created_at=at,
        )
        return receipt, Change(ReceiptRecorded)

    @classmethod
    def of_history(
        cls,
        payment: IncomingPayment,
        place: Place,
        *,
        number: str,
        by: UUID,
        at: datetime,
        import_id: UUID,
    ) -> tuple[Receipt, Change]:
        """Take over a receipt of the past that paid its invoice in full."""
        receipt, _ = cls.record(payment, place, number=number, by=by, at=at)
        receipt.import_id = import_id
        return receipt, receipt.allocate(payment.amount)

    def allocate(self, amount: Decimal) -> Change:
        """Use ``amount`` of it for invoices (S161)."""
        self._take(amount)
        return Change(ReceiptAllocated)

    def credit(self, amount: Decimal) -> Change:
        """Use ``amount`` of it for the customer's prepayment account (S164)."""
        self._take(amount)
        self.credited += amount
        return Change(ReceiptAllocated)

    def give_back(self, amount: Decimal) -> Change:
        """Have ``amount`` again, as an allocation was reversed (S161)."""
        self.unallocated += amount
        self._restate()
        return Change(ReceiptAllocated)

    def reverse(self, reason: str) -> Change:
        """Take it back as recorded in error or bounced; only while nothing of it is used (S161)."""
        if self.unallocated != self.amount and self.status != Status.REVERSED:
            used = self.amount - self.unallocated
            raise ReceiptInUse(f"{used} of receipt {self.number} is in use; take that back first.")
        self._become(Status.REVERSED)
        self.unallocated = ZERO
        return Change(ReceiptReversed, {"reason": reason})

    def hand_over(self, owner: Owner) -> Change:
        """Give it to another owner (S04)."""
        return Change(ReceiptHandedOver, give(self, owner))

    def _take(self, amount: Decimal) -> None:
        if self.status == Status.REVERSED:
            raise ReceiptStateError(f"Receipt {self.number} was reversed.")
        if not ZERO < amount <= self.unallocated:
            raise ReceiptExceeded(
                f"{self.unallocated} is left of receipt {self.number}, not {amount}.",
                receipt_id=self.id,
                unallocated=self.unallocated,
            )
        self.unallocated -= amount
        self._restate()

    def _restate(self) -> None:
        used = self.amount - self.unallocated
        partly = Status.PARTLY_ALLOCATED if used else Status.RECORDED
        self._become(partly if self.unallocated else Status.ALLOCATED)

    def _become(self, target: Status) -> None:
        if target not in TRANSITIONS[self.status]:
            raise ReceiptStateError(f"A receipt that is {self.status} cannot become {target}.")
        self.status = target


@dataclass(kw_only=True)
class Allocation(Aggregate):
    """Money of one receipt, or of the prepayment account, applied to one invoice (核销)."""

    customer_id: UUID
    receipt_id: UUID | None
    prepayment_id: UUID | None
    invoice_id: UUID
    amount: Decimal
    currency: str
    allocated_on: date
    status: AllocationStatus
    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None
    made_by: UUID
    created_at: datetime

    @classmethod
    def make(
        cls,
        place: Place,
        *,
        customer_id: UUID,
        invoice_id: UUID,
        amount: Decimal,
        currency: str,
        on: date,
        by: UUID,
        at: datetime,
        receipt_id: UUID | None = None,
        prepayment_id: UUID | None = None,
        allocation_id: UUID | None = None,
    ) -> tuple[Allocation, Change]:
        """Apply money to an invoice."""
        allocation = cls(
            id=allocation_id or new_id(),
            customer_id=customer_id,
            receipt_id=receipt_id,
            prepayment_id=prepayment_id,
            invoice_id=invoice_id,
            amount=amount,
            currency=currency,
            allocated_on=on,
            status=AllocationStatus.MADE,
            owner_id=place.owner_id,
            department=place.department,
            branch=place.branch,
            region=place.region,
            made_by=by,
            created_at=at,
        )
        return allocation, Change(AllocationMade)

    def reverse(self, reason: str) -> Change:
        """Take it back (反核销)."""
        if self.status == AllocationStatus.REVERSED:
            raise AllocationStateError("The allocation was reversed already.")
        self.status = AllocationStatus.REVERSED
        return Change(AllocationReversed, {"reason": reason})
