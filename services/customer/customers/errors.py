"""Refusals of the customers slice."""

from __future__ import annotations

from shared.domain.errors import Conflict


class CustomerStateError(Conflict):
    """The life cycle does not allow the step."""

    code = "customer_state"
    title = "The customer's state does not allow this"


class NoPerson(Conflict):
    """Data about an organisation are no personal data."""

    code = "no_person"
    title = "The customer is no person"


class PossibleDuplicate(Conflict):
    """Customers like this one exist; ``candidates`` names them. Send ``accept_duplicates``."""

    code = "possible_duplicate"
    title = "This customer may exist already"


class TaxIdTaken(Conflict):
    """Another live customer has the same tax id; that cannot be accepted."""

    code = "tax_id_taken"
    title = "The tax id is another customer's"


class ExternalIdTaken(Conflict):
    """Another customer carries the same external id."""

    code = "external_id_taken"
    title = "The external id is taken"
