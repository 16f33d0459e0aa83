"""Refusals of the amendments slice."""

from __future__ import annotations

from shared.domain.errors import Conflict


class AmendmentPending(Conflict):
    """Another amendment of the contract waits for its approval."""

    code = "amendment_pending"
    title = "Another amendment is waiting"


class AmendmentEnded(Conflict):
    """It was decided, or withdrawn."""

    code = "amendment_ended"
    title = "This amendment has ended"


class NothingAmended(Conflict):
    """What is proposed is what is agreed already."""

    code = "nothing_amended"
    title = "This changes nothing"


class BelowOrdered(Conflict):
    """Less would be left than orders take of the contract already."""

    code = "below_ordered"
    title = "Orders take more than that already"


class OrdersOutsideTerm(Conflict):
    """Orders were placed on days that would lie outside the term."""

    code = "orders_outside_term"
    title = "Orders lie outside that term"


class OrdersOfCustomer(Conflict):
    """The present customer has ordered under the contract."""

    code = "orders_of_customer"
    title = "The customer has ordered under this contract"
