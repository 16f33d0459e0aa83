"""The floor: a minimal FastAPI application that sends the same SQL by raw asyncpg.

The statements are the ones the service itself sent for one such request, recorded on the way to
the driver; the floor repeats them with other ids. It validates the same body, and answers by the
same response model, as any FastAPI application would. It does nothing else: no authentication, no
checks, no events built, no keys kept.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import FastAPI, Request
from pydantic import BaseModel

from shared.db import pool
from shared.domain.ids import new_id

PAGE = 50


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as the driver got it; ``rows`` of parameters for executemany."""

    sql: str
    parameters: tuple[Any, ...] = ()
    rows: tuple[tuple[Any, ...], ...] | None = None

    def plain(self) -> Statement:
        """The statement with standard types only, so that it can be sent to another process."""
        rows = None if self.rows is None else tuple(_plain(row) for row in self.rows)
        return Statement(self.sql, _plain(self.parameters), rows)


def _plain(values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(UUID(int=value.int) if isinstance(value, UUID) else value for value in values)


@contextmanager
def recording() -> Iterator[list[Statement]]:
    """Note every statement that services in this process send."""
    noted: list[Statement] = []

    class Recorded(asyncpg.Connection):  # type: ignore[misc]  # asyncpg ships no types
        async def fetch(self, query: str, *args: Any, **options: Any) -> Any:
            noted.append(Statement(query, args))
            return await super().fetch(query, *args, **options)

        async def execute(self, query: str, *args: Any, **options: Any) -> Any:
            if args:  # BEGIN and COMMIT come without; the floor sends its own
                noted.append(Statement(query, args))
            return await super().execute(query, *args, **options)

        async def executemany(self, command: str, args: Any, **options: Any) -> Any:
            rows = tuple(tuple(row) for row in args)
            noted.append(Statement(command, rows=rows))
            return await super().executemany(command, rows, **options)

    original, pool.DRIVER = pool.DRIVER, Recorded
    try:
        yield noted
    finally:
        pool.DRIVER = original


@dataclass
class Operation:
    """One operation of the bench, as the floor does it.

    ``unique`` are recorded texts that must differ each time; ``prepared`` are, for each request,
    the recorded values and what stands in their place.
    """

    name: str
    statements: Sequence[Statement]
    answer: Any
    model: type[BaseModel]
    body: type[BaseModel] | None = None
    unique: frozenset[str] = frozenset()
    prepared: list[dict[Any, Any]] = field(default_factory=list)
    shape: str = ""  # of a read: "one" row or a "page" of fifty

    async def run(self, pool: asyncpg.Pool, known: Mapping[Any, Any]) -> Any:
        """Send the statements, in a transaction if it writes; return what is to be answered."""
        async with pool.acquire() as conn:
            if self.shape:
                return self._shaped(await self._read(conn))
            async with conn.transaction():
                await self._send(conn, dict(known))
            return self.answer

    async def _read(self, conn: asyncpg.Connection) -> Sequence[Any]:
        found: Sequence[Any] = ()
        for statement in self.statements:
            found = await conn.fetch(statement.sql, *statement.parameters)
        return found

    def _shaped(self, rows: Sequence[Any]) -> Any:
        if self.shape == "one":
            return dict(rows[0])
        return {"items": [dict(row) for row in rows[:PAGE]]}

    async def _send(self, conn: asyncpg.Connection, fresh: dict[Any, Any]) -> None:
        for statement in self.statements:
            if statement.rows is None:
                await conn.fetch(statement.sql, *self._fresh(statement.parameters, fresh))
            else:
                rows = [self._fresh(row, fresh) for row in statement.rows]
                await conn.executemany(statement.sql, rows)

    def _fresh(self, parameters: Sequence[Any], fresh: dict[Any, Any]) -> list[Any]:
        return [self._value(value, fresh) for value in parameters]

    def _value(self, value: Any, fresh: dict[Any, Any]) -> Any:
        if isinstance(value, list):
            return [self._value(each, fresh) for each in value]
        if not isinstance(value, str | bytes | UUID | datetime):
            return value
        if value in fresh:
            return fresh[value]
        if isinstance(value, UUID):
            return fresh.setdefault(value, new_id())
        if isinstance(value, datetime):
            return datetime.now(UTC)
        return fresh.setdefault(value, new_id().hex) if value in self.unique else value


def floor_app(dsn: str, operations: Sequence[Operation]) -> FastAPI:
    """One route per operation, ``POST /{name}``."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(dsn, min_size=10, max_size=10, ssl=False) as pool:
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan, telemetry={"tracing": False})
    for operation in operations:
        _add_route(app, operation)
    return app


def _add_route(app: FastAPI, operation: Operation) -> None:
    prepared = iter(operation.prepared)

    async def run(request: Request) -> Any:
        return await operation.run(request.app.state.pool, next(prepared, {}))

    async def run_with_body(body: Any, request: Request) -> Any:
        return await operation.run(request.app.state.pool, next(prepared, {}))

    endpoint: Callable[..., Any] = run
    if operation.body is not None:
        run_with_body.__annotations__["body"] = operation.body
        endpoint = run_with_body
    app.post(f"/{operation.name}", response_model=operation.model)(endpoint)
