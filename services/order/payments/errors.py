"""Why a payment of another system cannot be taken; the event is parked with it."""

from __future__ import annotations

from shared.domain.errors import Conflict, Invalid


class UnknownPayer(Invalid):
    """No customer has the number that the payment names."""

    code = "unknown_payer"
    title = "The paying customer is not known here"


class PaymentContradicts(Conflict):
    """The payment was recorded before, with another payer, amount or day."""

    code = "payment_contradicts"
    title = "The payment was recorded otherwise before"
