"""Events of documents, in each service that has them: that a file was attached, and to what. What
stands in a file, and how it is called, stays at home."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from shared.events.payload import Payload, event


class DocumentState(Payload):
    """A document (文档, S70) and the file of its newest version, whose number is ``latest``."""

    document_id: UUID
    object_type: str  # customer, contract, …
    object_id: UUID
    #: Whose the object is, where it is a customer's.
    customer_id: UUID | None = None
    kind: str
    status: str  # active, archived
    verification: str  # unverified, verified, rejected
    verified_by: UUID | None
    valid_until: date | None
    latest: int
    media_type: str
    size: int
    sha256: str
    uploaded_by: UUID


# -- customer ----------------------------------------------------------------------------------


@event("crm.customer.document.attached.v1")
class CustomerDocumentAttached(DocumentState):
    """A file was attached to one of the service's objects (S70, S118)."""


@event("crm.customer.document.version_added.v1")
class CustomerDocumentVersionAdded(DocumentState):
    """A document has a new version, which nobody has verified yet (S70)."""


@event("crm.customer.document.changed.v1")
class CustomerDocumentChanged(DocumentState):
    """What is said about a document was changed."""


@event("crm.customer.document.verified.v1")
class CustomerDocumentVerified(DocumentState):
    """The newest version was checked, and verified or rejected (核实, S11)."""


@event("crm.customer.document.archived.v1")
class CustomerDocumentArchived(DocumentState):
    """A document is out of use; it is kept (归档, S11)."""


# -- opportunity -------------------------------------------------------------------------------


@event("crm.opportunity.document.attached.v1")
class OpportunityDocumentAttached(DocumentState):
    """A file was attached to one of the service's objects (S70, S118)."""


@event("crm.opportunity.document.version_added.v1")
class OpportunityDocumentVersionAdded(DocumentState):
    """A document has a new version, which nobody has verified yet (S70)."""


@event("crm.opportunity.document.changed.v1")
class OpportunityDocumentChanged(DocumentState):
    """What is said about a document was changed."""


@event("crm.opportunity.document.verified.v1")
class OpportunityDocumentVerified(DocumentState):
    """The newest version was checked, and verified or rejected (核实, S11)."""


@event("crm.opportunity.document.archived.v1")
class OpportunityDocumentArchived(DocumentState):
    """A document is out of use; it is kept (归档, S11)."""


# -- order -------------------------------------------------------------------------------------


@event("crm.order.document.attached.v1")
class OrderDocumentAttached(DocumentState):
    """A file was attached to one of the service's objects (S70, S118)."""


@event("crm.order.document.version_added.v1")
class OrderDocumentVersionAdded(DocumentState):
    """A document has a new version, which nobody has verified yet (S70)."""


@event("crm.order.document.changed.v1")
class OrderDocumentChanged(DocumentState):
    """What is said about a document was changed."""


@event("crm.order.document.verified.v1")
class OrderDocumentVerified(DocumentState):
    """The newest version was checked, and verified or rejected (核实, S11)."""


@event("crm.order.document.archived.v1")
class OrderDocumentArchived(DocumentState):
    """A document is out of use; it is kept (归档, S11)."""
