"""Which objects of the service have documents, and by what right (S70, S118)."""

from __future__ import annotations

from services.order.contracts.service import contracts
from services.order.deliveries.drafting import deliveries
from services.order.invoices.drafting import invoices
from services.order.orders.placing import orders
from services.order.receipts.service import receipts
from shared.documents.model import DocumentEvents
from shared.documents.router import document_router
from shared.documents.service import Desk, Linked
from shared.events.documents import (
    OrderDocumentArchived,
    OrderDocumentAttached,
    OrderDocumentChanged,
    OrderDocumentVerified,
    OrderDocumentVersionAdded,
)

DESK = Desk(
    service="order",
    linked={
        "contract": Linked("contract.read", "contract.draft", contracts.get),
        "order": Linked("order.read", "order.place", orders.get),
        "delivery": Linked("delivery.read", "delivery.prepare", deliveries.get),
        "invoice": Linked("invoice.read", "invoice.prepare", invoices.get),
        "receipt": Linked("receipt.read", "receipt.record", receipts.get),
    },
    events=DocumentEvents(
        attached=OrderDocumentAttached,
        version_added=OrderDocumentVersionAdded,
        changed=OrderDocumentChanged,
        verified=OrderDocumentVerified,
        archived=OrderDocumentArchived,
    ),
)
router = document_router(DESK)
