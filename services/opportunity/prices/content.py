"""The content of a price list in one canonical form, and its SHA-256: what an approval is bound
to."""

from __future__ import annotations

from services.opportunity.prices.model import PriceList
from shared.domain.canonical import hash_of
from shared.domain.money import CENT, QUANTITY_STEP


def content_hash(listed: PriceList) -> str:
    """Return the hash of the day and all prices, in hexadecimal, whatever order they stand in."""
    content = {
        "number": listed.number,
        "currency": listed.currency,
        "effective_on": listed.effective_on.isoformat(),
        "prices": sorted(
            (
                str(each.product_id),
                str(each.minimum_quantity.quantize(QUANTITY_STEP)),
                str(each.unit_price.quantize(CENT)),
            )
            for each in listed.prices
        ),
    }
    return hash_of(content)
