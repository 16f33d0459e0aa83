"""What a service's HTTP side is composed of; ``app.state.context``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.auth.delegation import Delegations
from shared.auth.scope import Scopes
from shared.auth.tokens import TokenVerifier
from shared.db.unit_of_work import Database
from shared.http.admission import Admission
from shared.http.rates import Rates

if TYPE_CHECKING:
    from starlette.requests import Request


@dataclass(frozen=True)
class Context:
    """The parts a request needs. ``page_secret`` signs page tokens; ``settings`` are the service's
    own."""

    service: str
    db: Database
    tokens: TokenVerifier
    delegations: Delegations
    scopes: Scopes
    rates: Rates
    admission: Admission
    page_secret: bytes
    settings: Any

    def forget(self) -> None:
        """Look anew, at the next request, at who may do and see what: it was just changed."""
        self.tokens.forget()
        self.scopes.forget()


def context_of(request: Request) -> Context:
    """Return the context of the service that answers ``request``."""
    context: Context = request.app.state.context
    return context
