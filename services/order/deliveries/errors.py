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


class NothingToDeliver(Conflict):
    """Everything ordered is in a delivery already."""

    code = "nothing_to_deliver"
    title = "There is nothing left to deliver"


class MixedDelivery(Conflict):
    """One delivery goes to one customer, in one currency and business type (S143)."""

    code = "mixed_delivery"
    title = "The orders do not go together"


class DirectDeliveryRefused(Conflict):
    """The customer's terms do not cover a delivery without an order (S145)."""

    code = "direct_delivery_refused"
    title = "This customer needs an order first"


class InvoiceComesFirst(Conflict):
    """In the invoice_first type the invoice creates the delivery (S146)."""

    code = "invoice_comes_first"
    title = "The invoice creates this delivery"
