"""Which objects of the service have documents, and by what right (S70)."""

from __future__ import annotations

from services.opportunity.activities.service import activities
from services.opportunity.opportunities.service import opportunities
from services.opportunity.products.service import products
from services.opportunity.quotes.drafting import quotes
from shared.documents.model import DocumentEvents
from shared.documents.router import document_router
from shared.documents.service import Desk, Linked
from shared.events.documents import (
    OpportunityDocumentArchived,
    OpportunityDocumentAttached,
    OpportunityDocumentChanged,
    OpportunityDocumentVerified,
    OpportunityDocumentVersionAdded,
)


def _nobodys(_: object) -> None:
    """A product is no customer's."""


DESK = Desk(
    service="opportunity",
    linked={
        "opportunity": Linked("opportunity.read", "opportunity.change", opportunities.get),
        "quote": Linked("quote.read", "quote.draft", quotes.get),
        "activity": Linked("activity.read", "activity.log", activities.get),
        "product": Linked("product.read", "product.manage", products.get, _nobodys),
    },
    events=DocumentEvents(
        attached=OpportunityDocumentAttached,
        version_added=OpportunityDocumentVersionAdded,
        changed=OpportunityDocumentChanged,
        verified=OpportunityDocumentVerified,
        archived=OpportunityDocumentArchived,
    ),
)
router = document_router(DESK)
