"""Refusals of the clients slice."""

from __future__ import annotations

from shared.domain.errors import Conflict, DomainError


class InvalidClient(DomainError):
    """Unknown client, wrong secret, or one that is disabled: the answer does not say which."""

    code = "invalid_client"
    status = 401
    title = "Client and secret do not fit"


class ClientStateError(Conflict):
    """The client is disabled, or is not."""

    code = "client_state"
    title = "The client's state does not allow this"
