"""Refusals of the customers slice."""

from __future__ import annotations

from shared.domain.errors import Conflict


class CustomerMayNotTrade(Conflict):
    """Only formal customers place orders (S24)."""

    code = "customer_may_not_trade"
    title = "The customer may not trade"
