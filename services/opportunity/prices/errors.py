"""Refusals of the prices slice."""

from __future__ import annotations

from shared.domain.errors import Conflict, Forbidden, Invalid, NotFound


class PriceListFinal(Conflict):
    """An approved version never changes; draft a new one."""

    code = "price_list_final"
    title = "The price list is approved"


class EffectiveDatePassed(Conflict):
    """Prices do not change for days that are over."""

    code = "effective_date_passed"
    title = "The day the list comes into force is over"


class ApproverIsAuthor(Forbidden):
    """Who wrote the version does not approve it."""

    code = "approver_is_author"
    title = "Authors do not approve their own work"


class InvalidPrices(Invalid):
    """A price names an unknown product, another currency, or stands there twice."""

    code = "invalid_prices"
    title = "The prices are not valid"


class NoListPrice(NotFound):
    """No price list in force has a price for this product and quantity."""

    code = "no_list_price"
    title = "There is no list price"
