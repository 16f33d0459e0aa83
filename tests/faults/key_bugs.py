"""Bugs of idempotency keys that the harness must catch; put in as those of the machinery are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from starlette.responses import Response

from shared.db.driver import Connection
from shared.http.gates import Write
from shared.http.idempotency import IdempotencyKey, Stored, _lookup, _table
from shared.http.request_id import request_id


def no_key_stored() -> None:
    """The answer of a keyed request is not kept: the same request has its effect again."""

    async def store_nothing(self: IdempotencyKey, conn: Connection, response: Stored) -> None: ...

    IdempotencyKey.store = store_nothing  # type: ignore[method-assign]


def key_stored_apart() -> None:
    """The answer is kept in a transaction of its own, after that of the effect."""

    async def run(
        self: Write, command: Any, handle: Any, present: Any, status: int, kept: Any
    ) -> Response:
        correlation_id = UUID(request_id(self.request.scope))
        database = self.context.db
        async with database.transaction(self.actor, correlation_id=correlation_id) as uow:
            if self.key and (stored := await self.key.claim(uow.conn)):
                replayed = {**stored.headers, "idempotent-replayed": "true"}
                return Response(stored.body, stored.status, headers=replayed)
            answer = self._answer(present(await handle(uow, command)), status)
        if self.key:
            async with database.pool.transaction() as conn:
                await self.key.store(conn, answer)
        return Response(answer.body, answer.status, headers=answer.headers)

    Write._run = run  # type: ignore[method-assign]


def key_asked_first() -> None:
    """A key is looked up, and kept afterwards: two at once both find nothing."""

    async def look(self: IdempotencyKey, conn: Connection) -> Stored | None:
        scope = {"principal": self.principal, "route": self.route, "key": self.key}
        row = (await conn.execute(_lookup, scope)).one_or_none()
        return None if row is None else Stored(row.status, row.headers, row.body)

    async def keep(self: IdempotencyKey, conn: Connection, response: Stored) -> None:
        await conn.driver.execute(
            f"INSERT INTO {_table.name} (principal, route, key, fingerprint, status, headers, body)"
            " VALUES ($1, $2, $3, $4, $5, $6::json, $7) ON CONFLICT DO NOTHING",
            *(self.principal, self.route, self.key, self.fingerprint),
            *(response.status, to_json(response.headers).decode(), response.body),
        )

    IdempotencyKey.claim = look  # type: ignore[method-assign]
    IdempotencyKey.store = keep  # type: ignore[method-assign]


BUGS: tuple[Callable[[], None], ...] = (no_key_stored, key_stored_apart, key_asked_first)
