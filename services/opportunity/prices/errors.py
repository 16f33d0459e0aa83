"""Refusals of the prices slice."""

from __future__ import annotations

from shared.domain.errors import Conflict, Invalid, NotFound


class PriceListStateError(Conflict):
    """The life cycle does not allow the step."""

    code = "price_list_state"
    title = "The price list's state does not allow this"


class EffectiveDatePassed(Conflict):
    """Prices do not change for days that are over."""

    code = "effective_date_passed"
    title = "The day the list comes into force is over"


class InvalidPrices(Invalid):
    """A price names an unknown product, another currency, or stands there twice."""

    code = "invalid_prices"
    title = "The prices are not valid"


class NoListPrice(NotFound):
    """No price list in force has a price for this product and quantity."""

    code = "no_list_price"
    title = "There is no list price"
