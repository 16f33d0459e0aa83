"""Which objects of the service have documents, and by what right (S11, S70)."""

from __future__ import annotations

from uuid import UUID

from services.customer.contacts.service import contacts
from services.customer.customers.model import Customer
from services.customer.customers.service import customers
from shared.db.driver import Connection
from shared.documents.model import DocumentEvents
from shared.documents.router import document_router
from shared.documents.service import Desk, Linked
from shared.events.documents import (
    CustomerDocumentArchived,
    CustomerDocumentAttached,
    CustomerDocumentChanged,
    CustomerDocumentVerified,
    CustomerDocumentVersionAdded,
)


async def _contact(conn: Connection, contact_id: UUID) -> Customer:
    """A contact is seen by who sees its customer."""
    contact = await contacts.get(conn, contact_id)
    return await customers.get(conn, contact.customer_id)


def _itself(customer: Customer) -> UUID:
    return customer.id


DESK = Desk(
    service="customer",
    linked={
        "customer": Linked(
            "customer.read", "customer.change", customers.get, _itself, customers.hold
        ),
        "contact": Linked("contact.read", "contact.change", _contact, _itself, contacts.hold),
    },
    events=DocumentEvents(
        attached=CustomerDocumentAttached,
        version_added=CustomerDocumentVersionAdded,
        changed=CustomerDocumentChanged,
        verified=CustomerDocumentVerified,
        archived=CustomerDocumentArchived,
    ),
)
router = document_router(DESK)
