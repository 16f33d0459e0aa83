"""The key that signs access tokens: made at the first start, kept in the service's database."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from services.customer.sessions.table import signing_keys
from shared.auth.tokens import ALGORITHM, KeySource
from shared.db.driver import Connection
from shared.db.unit_of_work import Database, UnitOfWork
from shared.domain.errors import Unavailable


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the name it is published under."""

    kid: str
    private: Ed25519PrivateKey = field(repr=False)

    def public_jwk(self) -> dict[str, Any]:
        """Return the public half as a JSON Web Key (RFC 8037)."""
        jwk: dict[str, Any] = json.loads(OKPAlgorithm.to_jwk(self.private.public_key()))
        return jwk | {"kid": self.kid, "use": "sig", "alg": ALGORITHM}


async def make_key(uow: UnitOfWork) -> None:
    """Make a key; the newest one signs, all of them verify."""
    private = Ed25519PrivateKey.generate()
    digest = hashlib.sha256(private.public_key().public_bytes_raw()).digest()
    kid = base64.urlsafe_b64encode(digest[:12]).decode()
    row = {"kid": kid, "private_key": private.private_bytes_raw(), "created_at": uow.now}
    await uow.conn.execute(sa.insert(signing_keys), row)


async def all_keys(conn: Connection) -> list[SigningKey]:
    """Return the keys, newest first."""
    query = sa.select(signing_keys.c.kid, signing_keys.c.private_key).order_by(
        signing_keys.c.created_at.desc(), signing_keys.c.kid
    )
    return [
        SigningKey(kid, Ed25519PrivateKey.from_private_bytes(private))
        for kid, private in (await conn.execute(query)).all()
    ]


async def newest_key(conn: Connection) -> SigningKey:
    """Return the key that signs.

    Raises:
        Unavailable: the service was never prepared.
    """
    keys = await all_keys(conn)
    if not keys:
        raise Unavailable("There is no signing key yet.")
    return keys[0]


async def key_set(conn: Connection) -> dict[str, Any]:
    """Return the public keys as a JSON Web Key Set (RFC 7517)."""
    return {"keys": [key.public_jwk() for key in await all_keys(conn)]}


def keys_from_database(db: Database) -> KeySource:
    """Return a source for this service's own verifier, which needs no request to itself."""

    async def read() -> dict[str, Any]:
        async with db.reading() as conn:
            return await key_set(conn)

    return read
