"""Whose access tokens are accepted, and whom they mean: our own sign-in, or the identity provider
of a company, by settings alone."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.auth.roles import Role
from shared.domain.actor import Actor

#: The kind of token that RFC 9068 describes, and what such a token says.
ACCESS_TOKEN = "at+jwt"  # noqa: S105
_SAID_BY_ALL = ("iss", "aud", "exp", "iat", "sub")
_SAID_BY_ACCESS_TOKENS = (*_SAID_BY_ALL, "jti", "client_id")
#: What only other tokens of a provider say: ID tokens (OpenID Connect Core, 2) and refresh tokens.
_OF_ID_TOKENS = frozenset({"nonce", "at_hash", "c_hash"})
#: What the claim ``principal`` says of those who work for a customer (S25).
PORTAL = "portal"
_OTHER_KINDS = frozenset({"ID", "Refresh", "Offline", "Logout"})


class PersonBy(StrEnum):
    """How the claim about a person names a member of staff."""

    ID = "id"
    LOGIN = "login"


class RolesFrom(StrEnum):
    """Who says what roles a person holds."""

    CLAIMS = "claims"
    STAFF = "staff"


class Algorithm(StrEnum):
    """What tokens may be signed with; only asymmetric keys, and one of them at a time."""

    EDDSA = "EdDSA"
    ES256 = "ES256"
    ES384 = "ES384"
    RS256 = "RS256"
    RS384 = "RS384"
    RS512 = "RS512"
    PS256 = "PS256"


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff, as a service knows them."""

    id: UUID
    name: str
    roles: Collection[str]
    department: str | None
    branch: str | None


#: Finds who works here by id, or by the digest of the login.
People = Callable[[UUID | str], Awaitable[Person | None]]


@dataclass(frozen=True, slots=True)
class Trust:
    """What makes a token one of ours, and where it says who is meant. Claims inside others are
    named with dots, ``realm_access.roles``."""

    issuer: str
    audience: str = "kehu"
    algorithm: str = Algorithm.EDDSA
    types: frozenset[str] = frozenset({ACCESS_TOKEN})
    person_claim: str = "sub"
    person_by: PersonBy = PersonBy.ID
    roles_from: RolesFrom = RolesFrom.CLAIMS
    roles_claim: str = "roles"

    def takes(self, header: Mapping[str, Any]) -> bool:
        """Say whether a token with this header may be looked at."""
        return header.get("alg") == self.algorithm and header.get("typ") in self.types

    def required(self, header: Mapping[str, Any]) -> list[str]:
        """Return what the token must say: more of one that calls itself an access token."""
        own = header.get("typ") == ACCESS_TOKEN
        return list(_SAID_BY_ACCESS_TOKENS if own else _SAID_BY_ALL)

    async def actor(self, claims: Mapping[str, Any], people: People) -> Actor:
        """Return who is meant, without permissions.

        Raises:
            ValueError, TypeError, AttributeError: the token does not name anybody who works here.
        """
        if _OF_ID_TOKENS & claims.keys() or claims.get("typ") in _OTHER_KINDS:
            raise ValueError("not an access token")
        named = self._named(claims)
        if self.person_by is PersonBy.ID and self.roles_from is RolesFrom.CLAIMS:
            return self._as_claimed(UUID(named), claims)
        known = UUID(named) if self.person_by is PersonBy.ID else login_digest(named)
        person = await people(known)
        if person is None:
            raise ValueError("nobody who works here")
        roles = person.roles if self.roles_from is RolesFrom.STAFF else self._roles(claims)
        return Actor(
            person.id,
            person.name,
            frozenset(roles),
            department=person.department,
            branch=person.branch,
        )

    def _as_claimed(self, person_id: UUID, claims: Mapping[str, Any]) -> Actor:
        if claims.get("principal") == PORTAL:
            return self._portal_user(person_id, claims)
        return Actor(
            person_id,
            str(claims.get("name", "")),
            self._roles(claims),
            department=claims.get("department"),
            branch=claims.get("branch"),
            session_id=UUID(claims["sid"]) if "sid" in claims else None,
        )

    def _portal_user(self, person_id: UUID, claims: Mapping[str, Any]) -> Actor:
        """Return somebody of a customer: of the one role, whatever else the token says."""
        return Actor(
            person_id,
            str(claims.get("name", "")),
            frozenset({str(Role.CUSTOMER_PORTAL)}),
            session_id=UUID(claims["sid"]) if "sid" in claims else None,
            customer_id=UUID(claims.get("customer_id")),
        )

    def _named(self, claims: Mapping[str, Any]) -> str:
        named = _inside(claims, self.person_claim)
        if not isinstance(named, str) or not named.strip():
            raise ValueError("names nobody")
        if self.person_claim == "email" and claims.get("email_verified") is not True:
            raise ValueError("anybody may claim an address that was not verified")
        return named

    def _roles(self, claims: Mapping[str, Any]) -> frozenset[str]:
        return frozenset(str(role) for role in _inside(claims, self.roles_claim, ()))


def login_digest(login: str) -> str:
    """Return what other services know of a login: enough to find it, not to read it."""
    return hashlib.sha256(f"kehu login {login.strip().lower()}".encode()).hexdigest()


def _inside(claims: Mapping[str, Any], path: str, missing: Any = None) -> Any:
    if path in claims:  # some providers have claims whose names are addresses
        return claims[path]
    found: Any = claims
    for step in path.split("."):
        if not isinstance(found, Mapping):
            return missing
        found = found.get(step, missing)
    return found
