"""Idempotency keys, stored with the response in the transaction of the effect.

Follows draft-ietf-httpapi-idempotency-key-header-07: the same key with the same request answers the
stored response (``Idempotent-Replayed: true``), with another request 422, while in flight 409.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import to_json

from shared.db.driver import Connection, Prepared
from shared.db.types import MOMENT
from shared.domain.actor import Actor
from shared.domain.errors import Conflict, DomainError

#: Kept in the place of the status of an answer that was erased.
GONE = 410
#: Left out of what is kept for comparison: a fast hash of a password can be guessed.
_SECRETS = frozenset({"password", "current_password"})
_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


class MissingIdempotencyKey(DomainError):
    """The operation moves money, so it needs a key to be repeated safely."""

    code = "idempotency_key_required"
    status = 400
    title = "Idempotency-Key is required"


class MalformedIdempotencyKey(DomainError):
    """The key is empty, too long, or not visible ASCII."""

    code = "malformed_idempotency_key"
    status = 400
    title = "Idempotency-Key is malformed"


class IdempotencyKeyReused(DomainError):
    """The key stands for another request already."""

    code = "idempotency_key_reused"
    title = "Idempotency-Key was used for another request"


class AnswerErased(DomainError):
    """The request had its effect; its answer told of a person whose data were erased since."""

    code = "answer_erased"
    status = 410
    title = "The answer was erased"


class RequestInFlight(Conflict):
    """The same key is being worked on at this moment."""

    code = "request_in_flight"
    title = "The same request is in progress"
    retryable = True
    retry_after = 1


def idempotency_table(metadata: sa.MetaData) -> sa.Table:
    """Declare the table of keys in a service's metadata."""
    return sa.Table(
        "idempotency_key",
        metadata,
        sa.Column("principal", sa.Uuid, primary_key=True),
        sa.Column("route", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("headers", sa.JSON, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Index("idempotency_key_created", "created_at"),
    )


_table = idempotency_table(sa.MetaData())
_insert = Prepared(
    sa.insert(_table), *(["principal", "route", "key", "fingerprint", "status", "headers", "body"])
)
_lookup = Prepared(
    sa.select(_table.c.fingerprint, _table.c.status, _table.c.headers, _table.c.body).where(
        _table.c.principal == sa.bindparam("principal"),
        _table.c.route == sa.bindparam("route"),
        _table.c.key == sa.bindparam("key"),
    )
)
_claim = Prepared(sa.text("SELECT pg_try_advisory_xact_lock(:lock)"))


@dataclass(frozen=True, slots=True)
class Stored:
    """A response as it was first given."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A key in the scope of one principal, method and path, bound to one request body."""

    principal: UUID
    route: str
    key: str
    fingerprint: bytes

    @classmethod
    def of(cls, actor: Actor, route: str, key: str, body: Any) -> IdempotencyKey:
        """Bind ``key`` of an actor to the canonical form of ``body`` (SHA-256 of sorted JSON, less
        passwords). In somebody else's name it is another request.

        Raises:
            MalformedIdempotencyKey: the key is not 1 to 255 visible ASCII characters.
        """
        if not _KEY.fullmatch(key):
            raise MalformedIdempotencyKey("Send 1 to 255 visible ASCII characters.")
        canonical = to_json(_sorted(body), inf_nan_mode="strings")
        if actor.principal_id:
            canonical += b"\n" + actor.principal_id.bytes
        return cls(actor.id, route, key, hashlib.sha256(canonical).digest())

    async def claim(self, conn: Connection) -> Stored | None:
        """Take the key for this transaction; return the stored response if there is one.

        Raises:
            RequestInFlight: another transaction holds the key.
            IdempotencyKeyReused: the key stands for another request.
            AnswerErased: the answer told of a person who was erased.
        """
        if not (await conn.execute(_claim, {"lock": self._lock})).scalar_one():
            raise RequestInFlight("The first request with this key has not been answered yet.")
        scope = {"principal": self.principal, "route": self.route, "key": self.key}
        row = (await conn.execute(_lookup, scope)).one_or_none()
        if row is None:
            return None
        if row.fingerprint != self.fingerprint:
            raise IdempotencyKeyReused("Use a new key for a new request.")
        if row.status == GONE:
            raise AnswerErased("The request had its effect; its answer told of somebody erased.")
        return Stored(row.status, row.headers, row.body)

    async def store(self, conn: Connection, response: Stored) -> None:
        """Keep the response; a second writer of the same key fails here and rolls back."""
        await conn.execute(
            _insert,
            {
                "principal": self.principal,
                "route": self.route,
                "key": self.key,
                "fingerprint": self.fingerprint,
                "status": response.status,
                "headers": response.headers,
                "body": response.body,
            },
        )

    @property
    def _lock(self) -> int:
        scope = f"{self.principal}\n{self.route}\n{self.key}".encode()
        return int.from_bytes(hashlib.blake2b(scope, digest_size=8).digest(), "big", signed=True)


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value) if key not in _SECRETS}
    return [_sorted(each) for each in value] if isinstance(value, list) else value
