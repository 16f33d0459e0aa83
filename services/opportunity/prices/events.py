"""Price list to event payload. Only a version in force says all its prices."""

from __future__ import annotations

from services.opportunity.prices.model import PriceList
from shared.domain.aggregate import Change
from shared.events.opportunity import Price, PriceListEffective
from shared.events.payload import Payload
from shared.events.values import Money


def payload(listed: PriceList, change: Change) -> Payload:
    """Return the event of ``change`` with the version's state after it."""
    state = {
        "price_list_id": listed.id,
        "number": listed.number,
        "currency": listed.currency,
        "effective_on": listed.effective_on,
    }
    if change.event is PriceListEffective:
        return change.event(**state, prices=_prices(listed))
    return change.event(**state, status=listed.status, price_count=len(listed.prices))


def _prices(listed: PriceList) -> tuple[Price, ...]:
    return tuple(
        Price(
            product_id=price.product_id,
            unit_price=Money(amount=price.unit_price, currency=listed.currency),
            minimum_quantity=price.minimum_quantity,
        )
        for price in listed.prices
    )
