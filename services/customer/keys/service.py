"""Use cases of the keys slice: which key signs, which verify, and the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from services.customer.keys.errors import RotationUnderway
from services.customer.keys.model import AHEAD, SigningKey
from services.customer.keys.repository import Keys
from shared.auth.tokens import KeySource
from shared.db.connection import advisory_key
from shared.db.driver import Connection
from shared.db.unit_of_work import Database, UnitOfWork
from shared.domain.actor import SYSTEM
from shared.domain.clock import now
from shared.domain.errors import Unavailable

keys = Keys()


@dataclass(frozen=True, slots=True)
class RotateKeys:
    """Publish the next key; ``at_once`` it signs now, and with ``revoke`` the others are given up.
    Access tokens last ``tokens_last``."""

    tokens_last: timedelta
    at_once: bool = False
    revoke: bool = False


async def ensure_key(uow: UnitOfWork) -> None:
    """Make the first key, if there is none."""
    if not await keys.verifying(uow.conn, uow.now):
        await keys.add(uow, *SigningKey.publish(uow.now, uow.now))


async def rotate_keys(uow: UnitOfWork, command: RotateKeys) -> SigningKey:
    """Publish the key that signs next; those before it verify until their tokens have expired.

    Raises:
        RotationUnderway: the next key is published already, and this one is not to sign at once.
    """
    await _hold(uow)
    before = await keys.verifying(uow.conn, uow.now, lock=True)
    at_once = command.at_once or command.revoke
    if not at_once and any(each.signs_from > uow.now for each in before):
        raise RotationUnderway("The next key is published; it signs within ten minutes.")
    key, published = SigningKey.publish(uow.now, uow.now if at_once else uow.now + AHEAD)
    await keys.add(uow, key, published)
    for each in before:
        if command.revoke:
            await keys.save(uow, each, each.revoke(uow.now))
        elif each.verifies_until is None:
            await keys.save(uow, each, each.retire(key, command.tokens_last))
    return key


async def rotate_by_age(db: Database, days: int, tokens_last: timedelta) -> None:
    """Publish the next key when the newest is older than ``days``; 0: never."""
    async with db.transaction(SYSTEM) as uow:
        await _hold(uow)
        found = await keys.verifying(uow.conn, uow.now)
        if days and found and uow.now - found[0].created_at > timedelta(days=days):
            await rotate_keys(uow, RotateKeys(tokens_last))


async def signing_key(conn: Connection) -> SigningKey:
    """Return the key that signs now.

    Raises:
        Unavailable: the service was never prepared.
    """
    at = now()
    found = [each for each in await keys.verifying(conn, at) if each.signs_from <= at]
    if not found:
        raise Unavailable("There is no signing key yet.")
    return found[0]


async def key_set(conn: Connection) -> dict[str, Any]:
    """Return the public keys as a JSON Web Key Set (RFC 7517)."""
    return {"keys": [key.public_jwk() for key in await keys.verifying(conn, now())]}


def keys_from_database(db: Database) -> KeySource:
    """Return a source for this service's own verifier, which needs no request to itself."""

    async def read() -> dict[str, Any]:
        async with db.reading() as conn:
            return await key_set(conn)

    return read


async def _hold(uow: UnitOfWork) -> None:
    """Let nobody else rotate before the commit."""
    lock = sa.select(sa.func.pg_advisory_xact_lock(advisory_key("customer", "keys")))
    await uow.conn.execute(lock)
