"""Refusals of the orders slice."""

from __future__ import annotations

from shared.domain.errors import Conflict, Forbidden


class OrderStateError(Conflict):
    """The order's state does not allow the step."""

    code = "order_state"
    title = "The order's state does not allow this"


class OwnOrder(Forbidden):
    """Who placed or changed an order does not review it (S123)."""

    code = "own_order"
    title = "Somebody else must review this"


class ContractNeeded(Conflict):
    """The business type demands a signed contract (S121)."""

    code = "contract_needed"
    title = "This needs a signed contract"


class ContractExceeded(Conflict):
    """More is ordered than the contract leaves open."""

    code = "contract_exceeded"
    title = "The contract does not leave that much"


class OrderBoundToQuote(Conflict):
    """Lines and prices are those of the accepted quote."""

    code = "bound_to_quote"
    title = "The accepted quote fixes this"


class TermExceeded(Conflict):
    """More time to pay would be given than contract or quote agree on."""

    code = "payment_term_exceeded"
    title = "Contract or quote agree on an earlier payment"


class OverDelivery(Conflict):
    """More would be delivered than is ordered and tolerated (S144)."""

    code = "over_delivery"
    title = "More than ordered"


class OverInvoicing(Conflict):
    """More would be invoiced than is delivered, or ordered in the invoice_first type (S153)."""

    code = "over_invoicing"
    title = "More than may be invoiced"


class StillOpen(Conflict):
    """Delivered and invoiced quantities differ, so the order cannot be closed."""

    code = "order_unsettled"
    title = "Delivered and invoiced quantities differ"


class OpenOrders(Conflict):
    """Orders under the contract are not closed yet."""

    code = "open_orders"
    title = "Orders under this contract are open"
