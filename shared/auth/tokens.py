"""Verification of bearer tokens: RFC 9068 JWTs, one algorithm, keys only from the configured JWKS.

Signing lives in the customer service, or with a company's own identity provider: ``Trust`` says
what differs.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import httpx
import jwt

from shared.auth.grants import Grants, Table
from shared.auth.rereading import Rereading
from shared.auth.revocations import Revocations
from shared.auth.trust import People, Trust
from shared.domain.actor import Actor
from shared.domain.errors import Unauthenticated, Unavailable

ALGORITHM = "EdDSA"
AUDIENCE = "kehu"
LEEWAY_SECONDS = 30
_CACHE_SIZE = 10_000
_KEYS_RENEWED_SECONDS = 30
_KEYS_FRESH_SECONDS = 60
_KEYS_RETRY_SECONDS = 5

#: Fetches a JSON Web Key Set (RFC 7517).
KeySource = Callable[[], Awaitable[dict[str, Any]]]


def keys_from_url(url: str, issuer: str = "") -> KeySource:
    """Return a source that reads the key set over HTTP. What an issuer says of itself (OpenID
    Connect Discovery) may stand at ``url`` as well: it names the address of the keys."""

    async def fetch() -> dict[str, Any]:
        async with httpx.AsyncClient(timeout=5, follow_redirects=False) as client:
            found = await _document(client, url)
            if "jwks_uri" in found:
                if found.get("issuer") != issuer:
                    raise ValueError(f"{url} speaks of another issuer than {issuer}")
                found = await _document(client, str(found["jwks_uri"]))
            return found

    return fetch


async def _document(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    response = await client.get(url)
    response.raise_for_status()
    found: dict[str, Any] = response.json()
    return found


class TokenVerifier:
    """Turns a token into an Actor, or refuses with 401. Verified tokens are remembered until they
    expire, since a signature costs a hundred microseconds and a look-up none; what they permit
    follows the roles."""

    def __init__(
        self,
        keys: KeySource,
        *,
        trust: Trust,
        people: People,
        grants: Grants,
        revocations: Revocations | None = None,
    ) -> None:
        self._source = keys
        self._trust = trust
        self._people = people
        self.grants = grants
        self._revocations = revocations
        self._keys: dict[str, jwt.PyJWK] = {}
        self._rereading = Rereading(self._read_keys)
        self._actors: dict[str, _Known] = {}

    async def verify(self, token: str) -> Actor:
        """Return the actor a token stands for.

        Raises:
            Unauthenticated: malformed, forged, expired, void, or for another audience.
            Unavailable: the key set cannot be read.
        """
        known = self._actors.get(token)
        if known is None or known.expires <= time.time():
            known = await self._remember(token)
        elif not await self._still_verifies(known):
            raise Unauthenticated("The token is signed by an unknown key.")
        if self._revocations:
            for each in known.voided_with:
                if not await self._revocations.still_valid(each, known.issued):
                    raise Unauthenticated("The token is void; sign in again.")
        return known.permitted(await self.grants.table())

    def forget(self) -> None:
        """Look anew for void tokens and at the roles at the next request: somebody's sessions were
        just ended, or a role changed."""
        self.grants.forget()
        if self._revocations:
            self._revocations.forget()

    def forget_keys(self) -> None:
        """Read the keys anew at the next request: they were just rotated."""
        self._rereading.forget()

    async def _remember(self, token: str) -> _Known:
        kid, claims = await self._claims(token)
        try:
            actor = await self._trust.actor(claims, self._people)
            known = _Known(kid, float(claims["exp"]), float(claims["iat"]), actor)
        except (AttributeError, ValueError, TypeError) as error:
            raise Unauthenticated("The token does not name a person of this system.") from error
        if len(self._actors) >= _CACHE_SIZE:
            self._actors.clear()
        self._actors[token] = known
        return known

    async def _claims(self, token: str) -> tuple[str, dict[str, Any]]:
        try:
            header = jwt.get_unverified_header(token)
            if not self._trust.takes(header):
                raise Unauthenticated("This is not an access token of this system.")
            kid = str(header.get("kid", ""))
            key = await self._key(kid)
            return kid, jwt.decode(
                token,
                key,
                algorithms=[self._trust.algorithm],
                audience=self._trust.audience,
                issuer=self._trust.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": self._trust.required(header)},
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise Unauthenticated("The token does not verify or has expired.") from error

    async def _key(self, kid: str) -> jwt.PyJWK:
        lasts = _KEYS_FRESH_SECONDS if kid in self._keys else _KEYS_RETRY_SECONDS
        if self._rereading.is_older_than(lasts):
            await self._rereading.again()
        if kid not in self._keys:
            raise Unauthenticated("The token is signed by an unknown key.")
        return self._keys[kid]

    async def _still_verifies(self, known: _Known) -> bool:
        """Say whether the key of a token is still published. The keys are read anew beside the
        requests; only who comes after a long rest waits for them."""
        if self._rereading.is_older_than(_KEYS_RENEWED_SECONDS):
            reading = self._rereading.start()
            if self._rereading.is_older_than(_KEYS_FRESH_SECONDS):
                await asyncio.shield(reading)
        return known.kid in self._keys

    async def _read_keys(self) -> None:
        try:
            found = jwt.PyJWKSet.from_dict(await self._source())
        except Exception as error:
            if self._keys:
                return
            raise Unavailable("The keys that verify tokens cannot be read.") from error
        self._keys = {key.key_id: key for key in found.keys if key.key_id}


class _Known:
    """A verified token: until when it counts, and for whom."""

    __slots__ = ("_table", "actor", "expires", "issued", "kid", "voided_with")

    def __init__(self, kid: str, expires: float, issued: float, actor: Actor) -> None:
        self.kid = kid
        self.expires = expires
        self.issued = issued
        self.actor = actor
        #: The person and the session: with either of them the token is void.
        self.voided_with = (actor.id, actor.session_id) if actor.session_id else (actor.id,)
        self._table: Table | None = None

    def permitted(self, table: Table) -> Actor:
        """Return the actor with what the roles permit by this table."""
        if table is not self._table:
            roles = self.actor.roles
            self.actor = replace(
                self.actor, permissions=table.permissions(roles), reach=table.reach(roles)
            )
            self._table = table
        return self.actor
