"""Product to event payload; the cost stays at home."""

from __future__ import annotations

from services.opportunity.products.model import Product
from shared.domain.aggregate import Change
from shared.events.payload import Payload


def payload(product: Product, change: Change) -> Payload:
    """Return the event of ``change`` with the product's state after it."""
    return change.event(
        product_id=product.id,
        code=product.code,
        name=product.name,
        line=product.line,
        category=product.category,
        unit=product.unit,
        status=product.status,
    )
