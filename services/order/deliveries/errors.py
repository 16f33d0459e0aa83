"""Refusals of the deliveries slice."""

from __future__ import annotations

from shared.domain.errors import Conflict, Forbidden


class DeliveryStateError(Conflict):
    """The delivery's state does not allow the step."""

    code = "delivery_state"
    title = "The delivery's state does not allow this"


class OwnDelivery(Forbidden):
    """Who prepared a delivery does not check it (S152)."""

    code = "second_person_required"
    title = "A second person has to check this"


class OrderNotDeliverable(Conflict):
    """Only approved and unclosed orders are delivered (S147)."""

    code = "order_not_deliverable"
    title = "The order cannot be delivered"


class OverDelivery(Conflict):
    """More would be delivered than was ordered, beyond the tolerance (S144).

    ``lines`` names the order lines with what is ordered, planned already and asked for.
    """

    code = "over_delivery"
    title = "More than was ordered"


class NothingToDeliver(Conflict):
    """Everything ordered is in a delivery already."""

    code = "nothing_to_deliver"
    title = "There is nothing left to deliver"


class MixedDelivery(Conflict):
    """One delivery goes to one customer, in one currency (S143)."""

    code = "mixed_delivery"
    title = "The orders do not go together"


class DirectDeliveryRefused(Conflict):
    """The customer may not be delivered to without an order (S145)."""

    code = "direct_delivery_refused"
    title = "This customer needs an order first"
