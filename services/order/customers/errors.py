"""Refusals of the customers slice."""

from __future__ import annotations

from shared.domain.errors import Conflict, Invalid


class UnknownCustomer(Invalid):
    """No such customer here. One entered a moment ago arrives within seconds: try again."""

    code = "unknown_customer"
    title = "The customer is not known here"
    retryable = True
    retry_after = 1

    @classmethod
    def named(cls) -> Invalid:
        """Refuse the customer that a request names."""
        message = "There is no such customer here; one just entered may not have arrived yet."
        return cls.field("/customer_id", message)


class CustomerMayNotTrade(Conflict):
    """Only formal customers place orders (S24)."""

    code = "customer_may_not_trade"
    title = "The customer may not trade"
