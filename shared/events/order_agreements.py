"""Events of contracts and orders: what was agreed, and how far it is."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from shared.events.order_lines import DraftLine, Line, OrderLine
from shared.events.payload import Payload, event
from shared.events.values import Money, Owned

# -- contracts ---------------------------------------------------------------------------------


class ContractState(Owned):
    """A contract (合同, S117)."""

    contract_id: UUID
    number: str
    title: str
    customer_id: UUID
    quote_id: UUID | None
    opportunity_id: UUID | None
    status: str
    lines: tuple[Line, ...]
    total: Money
    terms: str | None
    payment_days: int
    starts_on: date | None
    ends_on: date | None
    signed_on: date | None


@event("crm.order.contract.drafted.v1")
class ContractDrafted(ContractState):
    """Drafted by hand, or from an accepted quote."""


@event("crm.order.contract.changed.v1")
class ContractChanged(ContractState):
    """The draft was changed."""


@event("crm.order.contract.submitted.v1")
class ContractSubmitted(ContractState):
    """Sent to the departments for countersign (会签, S122)."""


@event("crm.order.contract.countersigned.v1")
class ContractCountersigned(ContractState):
    """One department gave its opinion (S122)."""

    countersigned_for: str
    opinion: str  # agree, disagree


@event("crm.order.contract.approved.v1")
class ContractApproved(ContractState):
    """All departments agreed and it was approved (S121)."""

    approved_by: UUID


@event("crm.order.contract.rejected.v1")
class ContractRejected(ContractState):
    """Refused, with the reason."""

    reason: str


@event("crm.order.contract.signed.v1")
class ContractSigned(ContractState):
    """Signed by both sides; orders may be placed under it."""


@event("crm.order.contract.completed.v1")
class ContractCompleted(ContractState):
    """Everything ordered under it is delivered, invoiced and paid."""


@event("crm.order.contract.amended.v1")
class ContractAmended(ContractState):
    """An approved amendment took effect: this is what is agreed from now on (S129)."""

    amendment_id: UUID
    kind: str  # change, return, swap, price_cut, rename
    revision: int  # counts what was agreed: 2 after the first amendment
    approved_by: UUID


@event("crm.order.contract.terminated.v1")
class ContractTerminated(ContractState):
    """Ended before its time."""

    reason: str


@event("crm.order.contract.handed_over.v1")
class ContractHandedOver(ContractState):
    """It belongs to another owner now (S04)."""

    previous_owner_id: UUID


# -- amendments --------------------------------------------------------------------------------


class AmendmentState(Payload):
    """A proposal to change or end a contract (合同变更, S129); ``total`` is what it would be worth.

    ``number`` is that of the contract with the revision it would become.
    """

    amendment_id: UUID
    contract_id: UUID
    number: str
    customer_id: UUID
    kind: str  # change, return, swap, price_cut, rename, termination
    revision: int
    status: str
    total: Money
    total_before: Money


@event("crm.order.amendment.proposed.v1")
class AmendmentProposed(AmendmentState):
    """It waits for the approval."""


@event("crm.order.amendment.decided.v1")
class AmendmentDecided(AmendmentState):
    """It was approved and took effect, or it was rejected, returned or withdrawn."""


# -- orders ------------------------------------------------------------------------------------


class OrderState(Owned):
    """A sales order (订单)."""

    order_id: UUID
    number: str
    chain: str
    customer_id: UUID
    contract_id: UUID | None
    quote_id: UUID | None
    opportunity_id: UUID | None
    status: str
    lines: tuple[OrderLine, ...]
    total: Money
    ordered_on: date
    settlement: str | None  # prepaid, credit, open: how it is funded, once approved
    payment_days: int
    portal_user_id: UUID | None = None  # who placed it, when a customer did in the portal


@event("crm.order.order.placed.v1")
class OrderPlaced(OrderState):
    """Entered by staff (S134), or submitted by a customer in the portal (S25)."""


@event("crm.order.order.changed.v1")
class OrderChanged(OrderState):
    """Lines changed before the approval."""


@event("crm.order.order.awaiting_funds.v1")
class OrderAwaitingFunds(OrderState):
    """The review found balance or credit short (S165)."""

    short: Money


@event("crm.order.order.approved.v1")
class OrderApproved(OrderState):
    """Reviewed: the customer may trade, and the money is held or within the limit (S166)."""

    approved_by: UUID


@event("crm.order.order.rejected.v1")
class OrderRejected(OrderState):
    """Refused in the review."""

    reason: str


@event("crm.order.order.progressed.v1")
class OrderProgressed(OrderState):
    """Something was delivered, returned or invoiced; ``status`` and lines say how far it is."""


@event("crm.order.order.closed.v1")
class OrderClosed(OrderState):
    """Nothing more will be delivered (S123)."""


@event("crm.order.order.cancelled.v1")
class OrderCancelled(OrderState):
    """Withdrawn; held funds are released."""

    reason: str


@event("crm.order.order.handed_over.v1")
class OrderHandedOver(OrderState):
    """It belongs to another owner now (S04)."""

    previous_owner_id: UUID


# -- drafts of customers -----------------------------------------------------------------------


class OrderDraftState(Payload):
    """What somebody of a customer puts together in the portal (S25)."""

    order_draft_id: UUID
    customer_id: UUID
    portal_user_id: UUID
    status: str
    currency: str
    lines: tuple[DraftLine, ...]
    order_id: UUID | None  # once it is submitted


@event("crm.order.order_draft.drafted.v1")
class OrderDraftDrafted(OrderDraftState):
    """Begun by a customer."""


@event("crm.order.order_draft.changed.v1")
class OrderDraftChanged(OrderDraftState):
    """Changed before it was submitted."""


@event("crm.order.order_draft.submitted.v1")
class OrderDraftSubmitted(OrderDraftState):
    """Handed in to the sales department; it is an order now."""


@event("crm.order.order_draft.cancelled.v1")
class OrderDraftCancelled(OrderDraftState):
    """Given up by the customer."""
