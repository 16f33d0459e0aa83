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


@event("crm.customer.customer.level_changed.v1")
class CustomerLevelChanged(CustomerState):
    """A manager set the level, directly or by approving a proposal (S12)."""

    previous_level: str | None


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


@event("crm.customer.customer.erased.v1")
class CustomerErased(CustomerState):
    """What was known about a sole trader is gone for good; the name is a pseudonym (GDPR 17)."""


class LevelProposalState(Payload):
    """A proposal to set a customer's level; the reasons stay in the customer service."""

    level_proposal_id: UUID
    customer_id: UUID
    previous_level: str | None
    level: str
    status: str  # submitted, approved, rejected, returned, withdrawn, superseded
    proposed_by: UUID


@event("crm.customer.level_proposal.submitted.v1")
class LevelProposalSubmitted(LevelProposalState):
    """Somebody proposed a level, which waits for a manager (S12)."""


@event("crm.customer.level_proposal.approved.v1")
class LevelProposalApproved(LevelProposalState):
    """The level is set as it was proposed (S12)."""


@event("crm.customer.level_proposal.rejected.v1")
class LevelProposalRejected(LevelProposalState):
    """The level stays as it is (S12)."""


@event("crm.customer.level_proposal.returned.v1")
class LevelProposalReturned(LevelProposalState):
    """The reasons were not enough, or the level was another; one proposes anew."""


@event("crm.customer.level_proposal.withdrawn.v1")
class LevelProposalWithdrawn(LevelProposalState):
    """Who proposed it took it back."""


@event("crm.customer.level_proposal.superseded.v1")
class LevelProposalSuperseded(LevelProposalState):
    """The level was set otherwise meanwhile, or the customer was lost."""


@event("crm.customer.contact.changed.v1")
class ContactChanged(Payload):
    """A contact person was entered or changed. Who it is stays in the customer service."""

    contact_id: UUID
    customer_id: UUID
    status: str  # active, inactive


@event("crm.customer.contact.erased.v1")
class ContactErased(ContactChanged):
    """What was known about a contact person is gone for good; others let go of it too (GDPR 17)."""

    pseudonym: str


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
