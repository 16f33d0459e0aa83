"""The content of a quote in one canonical form, and its SHA-256: what an approval is bound to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.domain.canonical import hash_of
from shared.domain.money import CENT, QUANTITY_STEP, SHARE_STEP

if TYPE_CHECKING:
    from services.opportunity.quotes.line import QuoteLine
    from services.opportunity.quotes.model import Quote


def content_hash(quote: Quote) -> str:
    """Return the hash of all that the customer is offered, in hexadecimal.

    Number and revision belong to it, so a copy or another revision never has the same.
    """
    content = {
        "number": quote.number,
        "revision": quote.revision,
        "project": quote.project_number,
        "customer": str(quote.customer_id),
        "currency": quote.currency,
        "chain": str(quote.chain),
        "payment_terms": quote.payment_terms,
        "payment_days": quote.payment_days,
        "valid_until": quote.valid_until.isoformat(),
        "lines": [_line(line) for line in quote.lines],
    }
    return hash_of(content)


def _line(line: QuoteLine) -> dict[str, Any]:
    return {
        "product": str(line.product_id),
        "code": line.product_code,
        "name": line.product_name,
        "unit": line.unit,
        "quantity": str(line.quantity.quantize(QUANTITY_STEP)),
        "list_price": str(line.list_price.quantize(CENT)),
        "base_price": str(line.base_price.quantize(CENT)),
        "discount": str(line.discount.quantize(SHARE_STEP)),
        "standard": line.standard,
    }
