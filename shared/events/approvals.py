"""Events of approvals, in each service that has them: who is asked, and what was decided. What
people say of a document stays at home."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shared.events.payload import Payload, event
from shared.events.values import Money


class ApprovalState(Payload):
    """An approval (审批): ``asked`` is what one must hold to speak in its present step,
    ``role:…``, ``permission:…`` or ``person:…``."""

    approval_id: UUID
    document_type: str  # quote, contract, …
    document_id: UUID
    label: str
    customer_id: UUID | None
    owner_id: UUID
    author_id: UUID
    amount: Money | None
    content_hash: str
    process_version: int
    status: str  # running, approved, rejected, returned, withdrawn
    step: str
    level: int
    asked: tuple[str, ...]
    due_at: datetime | None


class ApprovalSpoken(ApprovalState):
    """Somebody said something in the approval."""

    by: UUID
    on_behalf_of: UUID | None
    verdict: str  # approve, adjust, reject, return, comment


class ProcessState(Payload):
    """A definition of a process, in force from now on; its version is that of the event."""

    process_id: UUID
    document_type: str
    routes: int


# -- customer ---------------------------------------------------------------------------------


@event("crm.customer.approval.started.v1")
class CustomerApprovalStarted(ApprovalState):
    """A document was submitted; its first step asks for a decision (S219)."""


@event("crm.customer.approval.commented.v1")
class CustomerApprovalCommented(ApprovalSpoken):
    """Somebody had something to say without deciding."""


@event("crm.customer.approval.decided.v1")
class CustomerApprovalDecided(ApprovalSpoken):
    """Somebody spoke in a step; ``status`` says what came of it (S122, S220)."""


@event("crm.customer.approval.escalated.v1")
class CustomerApprovalEscalated(ApprovalState):
    """A step passed its limit: others are asked as well (S46, S221)."""


@event("crm.customer.approval.reminded.v1")
class CustomerApprovalReminded(ApprovalState):
    """A step passed its limit, and there is nobody else to ask (S221)."""


@event("crm.customer.approval.withdrawn.v1")
class CustomerApprovalWithdrawn(ApprovalState):
    """An author took the document back, or it gave way to another."""


@event("crm.customer.approval.handed_over.v1")
class CustomerApprovalHandedOver(ApprovalState):
    """What is decided on has another owner, whose managers are asked from now on (S04)."""


@event("crm.customer.process.adopted.v1")
class CustomerProcessAdopted(ProcessState):
    """Another definition is in force; what runs keeps its own (S219)."""


# -- opportunity -------------------------------------------------------------------------------


@event("crm.opportunity.approval.started.v1")
class OpportunityApprovalStarted(ApprovalState):
    """A document was submitted; its first step asks for a decision (S219)."""


@event("crm.opportunity.approval.commented.v1")
class OpportunityApprovalCommented(ApprovalSpoken):
    """Somebody had something to say without deciding."""


@event("crm.opportunity.approval.decided.v1")
class OpportunityApprovalDecided(ApprovalSpoken):
    """Somebody spoke in a step; ``status`` says what came of it (S122, S220)."""


@event("crm.opportunity.approval.escalated.v1")
class OpportunityApprovalEscalated(ApprovalState):
    """A step passed its limit: others are asked as well (S46, S221)."""


@event("crm.opportunity.approval.reminded.v1")
class OpportunityApprovalReminded(ApprovalState):
    """A step passed its limit, and there is nobody else to ask (S221)."""


@event("crm.opportunity.approval.withdrawn.v1")
class OpportunityApprovalWithdrawn(ApprovalState):
    """An author took the document back, or it gave way to another."""


@event("crm.opportunity.approval.handed_over.v1")
class OpportunityApprovalHandedOver(ApprovalState):
    """What is decided on has another owner, whose managers are asked from now on (S04)."""


@event("crm.opportunity.process.adopted.v1")
class OpportunityProcessAdopted(ProcessState):
    """Another definition is in force; what runs keeps its own (S219)."""


# -- order ------------------------------------------------------------------------------------


@event("crm.order.approval.started.v1")
class OrderApprovalStarted(ApprovalState):
    """A document was submitted; its first step asks for a decision (S219)."""


@event("crm.order.approval.commented.v1")
class OrderApprovalCommented(ApprovalSpoken):
    """Somebody had something to say without deciding."""


@event("crm.order.approval.decided.v1")
class OrderApprovalDecided(ApprovalSpoken):
    """Somebody spoke in a step; ``status`` says what came of it (S122, S220)."""


@event("crm.order.approval.escalated.v1")
class OrderApprovalEscalated(ApprovalState):
    """A step passed its limit: others are asked as well (S46, S221)."""


@event("crm.order.approval.reminded.v1")
class OrderApprovalReminded(ApprovalState):
    """A step passed its limit, and there is nobody else to ask (S221)."""


@event("crm.order.approval.withdrawn.v1")
class OrderApprovalWithdrawn(ApprovalState):
    """An author took the document back, or it gave way to another."""


@event("crm.order.approval.handed_over.v1")
class OrderApprovalHandedOver(ApprovalState):
    """What is decided on has another owner, whose managers are asked from now on (S04)."""


@event("crm.order.process.adopted.v1")
class OrderProcessAdopted(ProcessState):
    """Another definition is in force; what runs keeps its own (S219)."""
