"""Access tokens: JWTs after RFC 9068, signed with EdDSA."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import jwt

from services.customer.clients.model import Client
from services.customer.keys.model import SigningKey
from services.customer.sessions.identities import Identity
from services.customer.sessions.model import Session
from services.customer.staff.model import Staff
from shared.auth.revocations import is_void
from shared.auth.roles import Role
from shared.auth.tokens import ALGORITHM, AUDIENCE
from shared.auth.trust import PORTAL
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
    key: SigningKey, identity: Identity, session: Session, *, issuer: str, seconds: int
) -> AccessToken:
    """Sign what the services may know about who signed in; no token outlives its session."""
    lasts = min(seconds, max(1, int((session.latest_at - session.used_at).total_seconds())))
    claims = {
        "sub": str(identity.id),
        "sid": str(session.id),
        "client_id": session.client_id,
        "name": identity.name,
        **_position(identity),
    }
    void_before = identity.sessions_from if isinstance(identity, Staff) else None
    issued = _issued(void_before, session.used_at)
    return _sign(key, claims, issuer, issued, lasts)


def _position(identity: Identity) -> Mapping[str, object]:
    if isinstance(identity, Staff):
        place = {"department": identity.department, "branch": identity.branch}
        return {"roles": identity.roles, **place}
    return {
        "principal": PORTAL,
        "customer_id": str(identity.customer_id),
        "roles": [Role.CUSTOMER_PORTAL],
    }


def issue_to_client(
    key: SigningKey, client: Client, *, issuer: str, seconds: int, at: datetime
) -> AccessToken:
    """Sign what the services may know about another system."""
    claims = {
        "sub": str(client.id),
        "client_id": str(client.id),
        "name": client.name,
        "roles": client.roles,
    }
    return _sign(key, claims, issuer, _issued(client.tokens_from, at), seconds)


def _sign(
    key: SigningKey, claims: Mapping[str, object], issuer: str, issued: int, lasts: int
) -> AccessToken:
    common = {"iss": issuer, "aud": AUDIENCE, "iat": issued, "exp": issued + lasts}
    headers = {"kid": key.kid, "typ": "at+jwt"}
    body = common | {"jti": str(new_id()), **claims}
    return AccessToken(jwt.encode(body, key.private, ALGORITHM, headers=headers), lasts)


def _issued(void_before: datetime | None, at: datetime) -> int:
    # ``iat`` has whole seconds: a token issued in the very second in which older ones became
    # void carries the next one.
    issued = int(at.timestamp())
    if void_before is not None and is_void(issued, void_before):
        return math.floor(void_before.timestamp()) + 1
    return issued
