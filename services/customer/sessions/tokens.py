"""Access tokens: JWTs after RFC 9068, signed with EdDSA."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime

import jwt

from services.customer.sessions.keys import SigningKey
from services.customer.sessions.model import Session
from services.customer.staff.model import Staff
from shared.auth.revocations import is_void
from shared.auth.tokens import ALGORITHM, AUDIENCE
from shared.domain.ids import new_id


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token and how many seconds it lasts."""

    token: str = field(repr=False)
    expires_in: int


@dataclass(frozen=True, slots=True)
class Issued:
    """What somebody gets who may go on: an access token, and what the next one costs."""

    access: AccessToken
    refresh_token: str | None = field(default=None, repr=False)


def issue(
    key: SigningKey, staff: Staff, session: Session, *, issuer: str, seconds: int
) -> AccessToken:
    """Sign what the services may know about a member of staff; no token outlives its session."""
    issued = _issued(staff, session.used_at)
    lasts = min(seconds, max(1, int((session.latest_at - session.used_at).total_seconds())))
    claims = {
        "iss": issuer,
        "aud": AUDIENCE,
        "iat": issued,
        "exp": issued + lasts,
        "sub": str(staff.id),
        "jti": str(new_id()),
        "sid": str(session.id),
        "client_id": session.client_id,
        "name": staff.name,
        "roles": staff.roles,
        "department": staff.department,
        "branch": staff.branch,
    }
    return AccessToken(sign(key, claims), lasts)


def sign(key: SigningKey, claims: dict[str, object]) -> str:
    """Return claims as a signed access token."""
    return jwt.encode(claims, key.private, ALGORITHM, headers={"kid": key.kid, "typ": "at+jwt"})


def _issued(staff: Staff, at: datetime) -> int:
    # ``iat`` has whole seconds: a token issued in the very second in which older ones became
    # void carries the next one.
    issued = int(at.timestamp())
    if is_void(issued, staff.sessions_from) and staff.sessions_from is not None:
        return math.floor(staff.sessions_from.timestamp()) + 1
    return issued
