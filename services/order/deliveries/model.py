"""The delivery: draft → checked by a second person → shipped → received (S141 to S152).

Before it is shipped it may be cancelled, afterwards it may come back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.order.deliveries.errors import DeliveryStateError, OwnDelivery
from services.order.place import Place
from services.order.prices.model import Judged
from services.order.products.line import ProductLine
from shared.domain.actor import hands
from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.domain.money import ZERO, total
from shared.domain.owner import Owner, give
from shared.events.order import (
    DeliveryCancelled,
    DeliveryChecked,
    DeliveryDrafted,
    DeliveryHandedOver,
    DeliveryReceived,
    DeliveryReturned,
    DeliveryShipped,
)
from shared.events.vocabulary import Chain


class Status(StrEnum):
    """How far a delivery is."""

    DRAFT = "draft"  # 待复核
    CHECKED = "checked"  # 已复核
    SHIPPED = "shipped"  # 已发货
    RECEIVED = "received"  # 已签收
    RETURNED = "returned"  # 已退货
    CANCELLED = "cancelled"  # 已取消


#: The states in which a delivery holds nothing of its orders.
DROPPED = (Status.RETURNED, Status.CANCELLED)
#: From each state to those that may follow it.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.CHECKED, Status.CANCELLED}),
    Status.CHECKED: frozenset({Status.SHIPPED, Status.CANCELLED}),
    Status.SHIPPED: frozenset({Status.RECEIVED, Status.RETURNED}),
    Status.RECEIVED: frozenset({Status.RETURNED}),
    Status.RETURNED: frozenset(),
    Status.CANCELLED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLine(ProductLine):
    """Goods of one order line, or of none when delivered directly (S145)."""

    order_id: UUID | None = None
    order_line_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Whose delivery it is, and under which business type it goes.

    ``tolerance`` is the share by which order lines might be exceeded when it was prepared (S144).
    """

    number: str
    chain: str
    customer_id: UUID
    currency: str
    place: Place
    tolerance: Decimal = Decimal(0)


@dataclass(kw_only=True)
class Delivery(Judged, Aggregate):
    """Goods on their way to one customer, of one order, of several, or of none."""

    number: str
    chain: str
    customer_id: UUID
    currency: str
    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None
    status: Status
    lines: tuple[DeliveryLine, ...]
    total: Decimal
    tolerance: Decimal
    prepared_by: UUID
    created_at: datetime
    prepared_for: UUID | None = None
    checked_by: UUID | None = None
    checked_for: UUID | None = None
    shipped_on: date | None = None
    received_on: date | None = None
    carrier: str | None = None
    tracking: str | None = None
    import_id: UUID | None = None

    @classmethod
    def draft(
        cls,
        heading: Heading,
        lines: Sequence[DeliveryLine],
        *,
        by: UUID,
        at: datetime,
        on_behalf_of: UUID | None = None,
    ) -> tuple[Delivery, Change]:
        """Prepare a delivery."""
        delivery = cls._new(heading, lines, Status.DRAFT, by, at)
        delivery.prepared_for = on_behalf_of
        return delivery, Change(DeliveryDrafted)

    @classmethod
    def of_history(
        cls,
        heading: Heading,
        line: DeliveryLine,
        *,
        on: date,
        by: UUID,
        at: datetime,
        import_id: UUID,
    ) -> tuple[Delivery, Change]:
        """Take over a delivery that was shipped and received on a day of the past.

        Its prices are facts: they need nobody's authority (S108).
        """
        delivery = cls._new(heading, (line,), Status.RECEIVED, by, at)
        delivery.shipped_on = delivery.received_on = on
        delivery.import_id = import_id
        return delivery, Change(DeliveryReceived)

    @classmethod
    def _new(
        cls,
        heading: Heading,
        lines: Sequence[DeliveryLine],
        status: Status,
        by: UUID,
        at: datetime,
    ) -> Delivery:
        return cls(
            id=new_id(),
            number=heading.number,
            chain=heading.chain,
            customer_id=heading.customer_id,
            currency=heading.currency,
            owner_id=heading.place.owner_id,
            department=heading.place.department,
            branch=heading.place.branch,
            region=heading.place.region,
            status=status,
            lines=tuple(lines),
            total=total(line.amount for line in lines),
            tolerance=heading.tolerance,
            prepared_by=by,
            created_at=at,
        )

    def must_be_checkable(self, by: UUID, on_behalf_of: UUID | None = None) -> None:
        """Refuse a check that is not due, or by or for who prepared it (S152)."""
        preparers = hands(self.prepared_by, self.prepared_for)
        if set(preparers).intersection(hands(by, on_behalf_of)):
            raise OwnDelivery("Who prepared a delivery does not check it.")
        self._may_become(Status.CHECKED)

    def check(self, by: UUID, role: str | None = None, on_behalf_of: UUID | None = None) -> Change:
        """Confirm that it agrees with the orders; not by who prepared it (S152).

        ``role`` is the one whose authority over discounts is used (S108).
        """
        self.must_be_checkable(by, on_behalf_of)
        self._become(Status.CHECKED)
        self.checked_by, self.checked_for, self.approved_role = by, on_behalf_of, role
        return Change(DeliveryChecked)

    def ship(self, on: date, carrier: str | None, tracking: str | None) -> Change:
        """Let it leave the warehouse (S141, S151)."""
        self._become(Status.SHIPPED)
        self.shipped_on, self.carrier, self.tracking = on, carrier, tracking
        return Change(DeliveryShipped)

    def receive(self, on: date) -> Change:
        """Note that the customer has it."""
        if self.shipped_on is not None and on < self.shipped_on:
            raise DeliveryStateError(f"It was shipped on {self.shipped_on}, not received before.")
        self._become(Status.RECEIVED)
        self.received_on = on
        return Change(DeliveryReceived)

    def come_back(self, reason: str) -> Change:
        """Note that the goods came back."""
        self._become(Status.RETURNED)
        return Change(DeliveryReturned, {"reason": reason})

    def cancel(self, reason: str) -> Change:
        """Drop it before it is shipped."""
        if self.chain == Chain.INVOICE_FIRST:
            raise DeliveryStateError("What is invoiced first has to be delivered (S146).")
        self._become(Status.CANCELLED)
        return Change(DeliveryCancelled, {"reason": reason})

    def hand_over(self, owner: Owner) -> Change:
        """Give it to another owner (S04)."""
        return Change(DeliveryHandedOver, give(self, owner))

    @property
    def is_direct(self) -> bool:
        """Whether no order asked for it (S145)."""
        return not self.order_ids

    @property
    def quantities(self) -> dict[UUID, dict[UUID, Decimal]]:
        """How much it has of each line of each order."""
        found: dict[UUID, dict[UUID, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for line in self.lines:
            if line.order_id is not None and line.order_line_id is not None:
                found[line.order_id][line.order_line_id] += line.quantity
        return found

    @property
    def order_ids(self) -> list[UUID]:
        """The orders it has goods of, ascending."""
        return sorted({line.order_id for line in self.lines if line.order_id})

    def _may_become(self, target: Status) -> None:
        if target not in TRANSITIONS[self.status]:
            raise DeliveryStateError(f"A delivery that is {self.status} cannot become {target}.")

    def _become(self, target: Status) -> None:
        self._may_become(target)
        self.status = target


@dataclass(frozen=True, slots=True)
class Taken:
    """How much of a line other documents hold: quantity and amount."""

    quantity: Decimal = Decimal(0)
    amount: Decimal = ZERO


def part_amount(line: ProductLine, taken: Taken, quantity: Decimal, currency: str) -> Decimal:
    """Return what ``quantity`` more of ``line`` is worth, so that all parts sum to the line.

    The part that completes the line takes what is left of its amount; a part beyond the line is
    worth the line at the greater quantity less what was taken.
    """
    reached = taken.quantity + quantity
    if reached < line.quantity:
        left = max(line.amount - taken.amount, ZERO)
        return min(line.worth(quantity, currency), left)
    whole = line.amount if reached == line.quantity else line.worth(reached, currency)
    return max(whole - taken.amount, ZERO)
