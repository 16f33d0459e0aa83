"""Connections to one database, kept open and lent to one caller at a time.

asyncpg's own pool gives each back in a task of its own and watches it with timers: half the
processor time of reading a row.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Literal, cast

import asyncpg
from sqlalchemy import AsyncAdaptedQueuePool
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.connection import engine_dsn
from shared.db.driver import Connection
from shared.db.engine import COMMAND_TIMEOUT, connect_arguments
from shared.db.pulse import Pulse
from shared.db.result import Row
from shared.domain.scope import EVERYTHING, Scope

Isolation = Literal["read_committed", "repeatable_read", "serializable"]

#: What every connection is; no session state is ever set on one, so that none is reset.
DRIVER: type[asyncpg.Connection] = asyncpg.Connection
#: A connection that nobody needed for so long is closed.
_REST_SECONDS = 1800.0
_CLOSING_SECONDS = 10.0
#: What asyncpg raises over a connection whose server is gone; not all of it has a common base.
_DEAD = (asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresError, OSError)


class PoolTimeout(TimeoutError):
    """All connections stayed busy for as long as a caller may wait."""


class Loan:
    """A connection in use, outside any transaction: ``async with pool.connection() as conn``."""

    __slots__ = ("_pool", "_scope", "driver", "timer")

    def __init__(self, pool: Pool, scope: Scope) -> None:
        self._pool = pool
        self._scope = scope
        self.driver: asyncpg.Connection = None
        self.timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Connection:
        """Take the connection."""
        self.driver = await self._pool.take()
        self._pool.pulse.watch(self)
        return Connection(self.driver, scope=self._scope)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give it back; one that was broken off in the middle of something is of no more use."""
        self._pool.pulse.forget(self)
        self._pool.give_back(
            self.driver, sound=not isinstance(error, asyncio.CancelledError | TimeoutError)
        )


class Pool:
    """Connections to one database, opened on demand.

    A caller that waits longer than ``timeout`` seconds gets PoolTimeout (answered 503).
    """

    @classmethod
    def like(cls, engine: AsyncEngine, size: int | None = None) -> Pool:
        """Return a pool to the database of an engine, of the same patience, and size unless one is
        given."""
        queue = cast(AsyncAdaptedQueuePool, engine.pool)
        return cls(engine_dsn(engine), size=size or queue.size(), timeout=queue.timeout())

    def __init__(self, dsn: str, *, size: int, timeout: float) -> None:
        self._dsn = dsn
        self._size, self._timeout = size, timeout
        self.pulse = Pulse(dsn)
        self._places = asyncio.Semaphore(size)
        #: Since when each is at rest; the last one is lent first.
        self._resting: deque[tuple[float, asyncpg.Connection]] = deque()
        self._lent: set[asyncpg.Connection] = set()

    def connection(self, scope: Scope = EVERYTHING) -> Loan:
        """Lend a connection outside any transaction."""
        return Loan(self, scope)

    @asynccontextmanager
    async def transaction(
        self,
        *,
        isolation: Isolation = "read_committed",
        readonly: bool = False,
        scope: Scope = EVERYTHING,
    ) -> AsyncIterator[Connection]:
        """Lend a connection in a transaction: committed at the end, rolled back on an exception."""
        async with self.connection(scope) as conn:
            transaction = conn.driver.transaction(isolation=isolation, readonly=readonly)
            await transaction.start()
            try:
                yield conn
            except BaseException:
                with suppress(*_DEAD):
                    await transaction.rollback()  # on a dead connection: nothing to roll back
                raise
            await transaction.commit()

    async def take(self) -> asyncpg.Connection:
        """Return a connection that is the caller's until it is given back.

        Raises:
            PoolTimeout: none became free, or could be opened, in time.
        """
        if not self._places.locked():
            await self._places.acquire()  # at once
        else:
            await self._wait()
        try:
            driver = self._rested() or await self._open()
        except BaseException:
            self._places.release()
            raise
        self._lent.add(driver)
        return driver

    def give_back(self, driver: asyncpg.Connection, *, sound: bool = True) -> None:
        """Take a connection back; one that is not ``sound`` is closed."""
        self._lent.discard(driver)
        now = time.monotonic()
        if sound and not driver.is_closed() and not driver.is_in_transaction():
            self._resting.append((now, driver))
            if now - self._resting[0][0] > _REST_SECONDS:
                self._resting.popleft()[1].terminate()
        else:
            driver.terminate()
        self._places.release()

    async def close(self) -> None:
        """Close all connections; those still lent are cut after ten seconds."""
        held = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_SECONDS):
                while held < self._size:
                    await self._places.acquire()
                    held += 1
                while self._resting:
                    await self._resting.pop()[1].close()
        for driver in (*self._lent, *(each for _, each in self._resting)):
            driver.terminate()
        self._resting.clear()
        for _ in range(held):
            self._places.release()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                await self._places.acquire()
        except TimeoutError as error:
            raise PoolTimeout(f"no connection became free in {self._timeout} s") from error

    def _rested(self) -> asyncpg.Connection | None:
        while self._resting:
            since, driver = self._resting.pop()
            if not driver.is_closed() and time.monotonic() - since <= _REST_SECONDS:
                return driver
            driver.terminate()
        return None

    async def _open(self) -> asyncpg.Connection:
        try:
            async with asyncio.timeout(self._timeout):
                return await asyncpg.connect(
                    self._dsn,
                    record_class=Row,
                    connection_class=DRIVER,
                    statement_cache_size=500,
                    max_cached_statement_lifetime=0,
                    command_timeout=COMMAND_TIMEOUT,
                    **connect_arguments(self._dsn),
                )
        except TimeoutError as error:
            raise PoolTimeout(f"no connection was opened in {self._timeout} s") from error
