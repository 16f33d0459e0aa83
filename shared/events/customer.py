"""Events of the customer service. Personal data (phone, e-mail, notes) stays at home."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from shared.events.payload import Payload, event
from shared.events.values import Money, Owned


class CustomerState(Owned):
    """A customer as other services may know it."""

    customer_id: UUID
    number: str
    name: str
    status: str
    level: str | None
    industry: str | None
    source: str | None
    external_id: str | None
    created_at: datetime


@event("crm.customer.customer.created.v1")
class CustomerCreated(CustomerState):
    """A customer record was entered (S02)."""


@event("crm.customer.customer.changed.v1")
class CustomerChanged(CustomerState):
    """The record was changed (S13)."""


@event("crm.customer.customer.registered.v1")
class CustomerRegistered(CustomerState):
    """Somebody registered as a customer and waits for confirmation (S24)."""


@event("crm.customer.customer.confirmed.v1")
class CustomerConfirmed(CustomerState):
    """The customer is formal from now on and may trade (S24)."""


@event("crm.customer.customer.rejected.v1")
class CustomerRejected(CustomerState):
    """The registration was refused (S24)."""

    reason: str


@event("crm.customer.customer.owner_changed.v1")
class CustomerOwnerChanged(CustomerState):
    """The customer was handed over to another owner (S04)."""

    previous_owner_id: UUID


@event("crm.customer.customer.lost.v1")
class CustomerLost(CustomerState):
    """The customer is given up."""

    reason: str


@event("crm.customer.customer.regained.v1")
class CustomerRegained(CustomerState):
    """A lost customer is back."""


@event("crm.customer.contact.changed.v1")
class ContactChanged(Payload):
    """A contact person was entered or changed. Who it is stays in the customer service."""

    contact_id: UUID
    customer_id: UUID
    status: str  # active, inactive


@event("crm.customer.credit.assessed.v1")
class CreditAssessed(Payload):
    """How a customer settles, and up to what limit (S164 to S167).

    ``settlement`` is ``prepaid`` (covered by the balance), ``credit`` (up to ``limit``) or
    ``open`` (no limit). ``credit_id`` equals the customer's id.
    """

    credit_id: UUID
    customer_id: UUID
    settlement: str
    limit: Money | None = None
    valid_until: date | None = None
    assessed_by: UUID
