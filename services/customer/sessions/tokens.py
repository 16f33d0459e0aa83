"""Access tokens: JWTs after RFC 9068, signed with EdDSA."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

import jwt

from services.customer.sessions.keys import SigningKey
from services.customer.staff.model import Staff
from shared.auth.revocations import is_void
from shared.auth.tokens import ALGORITHM, AUDIENCE
from shared.domain.ids import new_id


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token and how many seconds it lasts."""

    token: str
    expires_in: int


def issue(
    key: SigningKey, staff: Staff, *, issuer: str, client_id: str, at: datetime, seconds: int
) -> AccessToken:
    """Sign what the services may know about a member of staff."""
    issued = _issued(staff, at)
    claims = {
        "iss": issuer,
        "aud": AUDIENCE,
        "iat": issued,
        "exp": issued + seconds,
        "sub": str(staff.id),
        "jti": str(new_id()),
        "client_id": client_id,
        "name": staff.name,
        "roles": staff.roles,
        "department": staff.department,
        "branch": staff.branch,
    }
    headers = {"kid": key.kid, "typ": "at+jwt"}
    return AccessToken(jwt.encode(claims, key.private, ALGORITHM, headers=headers), seconds)


def _issued(staff: Staff, at: datetime) -> int:
    # ``iat`` has whole seconds: a token issued in the very second in which older ones became
    # void carries the next one.
    issued = int(at.timestamp())
    if is_void(issued, staff.sessions_from) and staff.sessions_from is not None:
        return math.floor(staff.sessions_from.timestamp()) + 1
    return issued
