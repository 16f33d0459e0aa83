"""Refusals of the customers slice."""

from __future__ import annotations

from shared.domain.errors import Conflict, Invalid


class UnknownCustomer(Invalid):
    """No such customer here. One entered a moment ago arrives within seconds: try again."""

    code = "unknown_customer"
    title = "The customer is not known here"
    retryable = True
    retry_after = 1


class UnknownContact(Invalid):
    """The customer has no such contact. One entered a moment ago arrives within seconds."""

    code = "unknown_contact"
    title = "The contact is not known here"
    retryable = True
    retry_after = 1


class CustomerRejected(Conflict):
    """The registration was refused, so nothing is pursued with this customer."""

    code = "customer_rejected"
    title = "The customer was rejected"
