"""Refusals of the drafts slice."""

from __future__ import annotations

from shared.domain.errors import Conflict, Invalid


class DraftStateError(Conflict):
    """The draft was submitted or cancelled."""

    code = "order_draft_state"
    title = "The draft's state does not allow this"


class NotListed(Invalid):
    """A product that is not sold, or is on no price list in that currency today."""

    code = "not_listed"
    title = "A product cannot be ordered"


class PricesChanged(Conflict):
    """The total is another than the customer agreed to; ``total`` is that of today."""

    code = "prices_changed"
    title = "The prices have changed"


class NoOrdersNow(Conflict):
    """The branch has no number left for an order; how many it had is no customer's business."""

    code = "no_orders_now"
    title = "No order can be taken now"
