"""The refusals a service can answer with. Each slice derives its own from these.

DomainError                    422  the request is understood and refused
├── Invalid                    422  a field breaks a rule; carries pointers
├── Unauthenticated            401  no valid token
├── Forbidden                  403  the actor lacks the permission
├── NotFound                   404  no such object, or hidden from the actor
├── Conflict                   409  the object's state does not allow it
├── StaleVersion               412  changed by somebody else since it was read
├── PreconditionRequired       428  If-Match is missing
└── Unavailable                503  try again later
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One broken field: JSON pointer into the request, stable code, message."""

    pointer: str
    code: str
    message: str


class DomainError(Exception):
    """A refusal with a stable ``code``, an HTTP ``status`` and a sentence for people."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The request was refused"
    retryable: ClassVar[bool] = False
    #: Seconds; an instance may know better.
    retry_after: int | None = None

    def __init__(self, detail: str, *, errors: tuple[FieldError, ...] = (), **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors
        self.facts = facts


class Invalid(DomainError):
    """One or more fields break a rule that only the domain knows."""

    code = "invalid"
    title = "A field is not valid"

    @classmethod
    def field(cls, pointer: str, message: str, code: str | None = None) -> Invalid:
        """Refuse a single field by its JSON pointer."""
        return cls(message, errors=(FieldError(pointer, code or cls.code, message),))


class Unauthenticated(DomainError):
    """The request carries no token, or one that does not verify."""

    code = "unauthenticated"
    status = 401
    title = "Sign in first"


class Forbidden(DomainError):
    """The actor is known but lacks the permission."""

    code = "forbidden"
    status = 403
    title = "Not permitted"


class NotFound(DomainError):
    """No such object, or one the actor may not see: the two answer alike."""

    code = "not_found"
    status = 404
    title = "Not found"

    @classmethod
    def of(cls, kind: str, key: object) -> NotFound:
        """Say which object was looked for."""
        return cls(f"There is no {kind} {key}.")


class Conflict(DomainError):
    """The object's present state does not allow the change."""

    code = "conflict"
    status = 409
    title = "The present state does not allow this"


class StaleVersion(DomainError):
    """The object was changed by somebody else since the caller read it."""

    code = "stale_version"
    status = 412
    title = "Changed since it was read"


class PreconditionRequired(DomainError):
    """The operation needs ``If-Match`` with the ETag that a read gave."""

    code = "precondition_required"
    status = 428
    title = "If-Match is required"


class Unavailable(DomainError):
    """A part the request needs is not there at the moment; nothing was changed."""

    code = "unavailable"
    status = 503
    title = "Try again later"
    retryable = True
    retry_after = 1
