"""The floor: a minimal FastAPI application that sends the same SQL by raw asyncpg.

The statements are the ones the service itself sent for one such request, recorded on the way to
the driver; the floor repeats them with other ids. It does nothing else: no authentication, no
checks, no events built; what it reaches is what PostgreSQL, uvicorn and FastAPI leave to reach.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from fastapi import FastAPI, Request, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.domain.ids import new_id


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as the driver got it; ``many`` parameters for executemany."""

    sql: str
    parameters: tuple[Any, ...]
    many: bool


@dataclass
class Recorder:
    """Listens to what an engine sends."""

    statements: list[Statement] = field(default_factory=list)

    def listen(self, engine: AsyncEngine) -> None:
        """Start recording."""
        sa.event.listen(engine.sync_engine, "before_cursor_execute", self._record)

    def _record(
        self, conn: Any, cursor: Any, sql: str, parameters: Any, context: Any, many: bool
    ) -> None:
        rows = tuple(tuple(row) for row in parameters) if many else tuple(parameters)
        self.statements.append(Statement(sql, rows, many))


class Replay:
    """Repeats recorded statements: known values are exchanged, other UUIDs and times are new."""

    def __init__(self, statements: Sequence[Statement], *, unique: Sequence[str] = ()) -> None:
        self.statements = statements
        self.unique = frozenset(unique)

    async def run(
        self, conn: asyncpg.Connection, known: Mapping[Any, Any], *, transaction: bool
    ) -> None:
        """Send all statements, in a transaction for writes."""
        if not transaction:
            await self._send(conn, known)
            return
        async with conn.transaction():
            await self._send(conn, known)

    async def _send(self, conn: asyncpg.Connection, known: Mapping[Any, Any]) -> None:
        fresh: dict[Any, Any] = dict(known)
        for statement in self.statements:
            if statement.many:
                rows = [self._exchange(row, fresh) for row in statement.parameters]
                await conn.executemany(statement.sql, rows)
            else:
                await conn.fetch(statement.sql, *self._exchange(statement.parameters, fresh))

    def _exchange(self, parameters: Sequence[Any], fresh: dict[Any, Any]) -> list[Any]:
        return [self._value(value, fresh) for value in parameters]

    def _value(self, value: Any, fresh: dict[Any, Any]) -> Any:
        if isinstance(value, list):
            return [self._value(each, fresh) for each in value]
        if not isinstance(value, str | UUID | datetime):
            return value
        if value in fresh:
            return fresh[value]
        if isinstance(value, UUID):
            return fresh.setdefault(value, new_id())
        if isinstance(value, datetime):
            return datetime.now(UTC)
        return fresh.setdefault(value, new_id().hex) if value in self.unique else value


def floor_app(
    dsn: str, replays: Mapping[str, tuple[Replay, bool]], known: Mapping[str, list[dict[Any, Any]]]
) -> FastAPI:
    """One route per operation, ``POST /{operation}``; each takes the next of its known values."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(dsn, min_size=10, max_size=10) as pool:
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan, telemetry={"tracing": False})
    prepared = {name: iter(values) for name, values in known.items()}

    @app.post("/{operation}")
    async def operate(operation: str, request: Request) -> Response:
        await request.body()
        replay, transaction = replays[operation]
        values = next(prepared[operation], None) if operation in prepared else {}
        if values is None:
            return Response(status_code=410)
        async with request.app.state.pool.acquire() as conn:
            await replay.run(conn, values, transaction=transaction)
        return Response(b'{"status":"done"}', media_type="application/json")

    return app
