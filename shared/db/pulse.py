"""Notices within three seconds that the database server went silent.

How long a statement takes says nothing: it may rightly take long. So when a connection has been
in use for a second, the server is asked for a sign of life over another one, and if none comes,
what waits for it is given up: its request is answered 503 instead of hanging.
"""

from __future__ import annotations

import asyncio
import struct
from contextlib import suppress
from typing import Any, Protocol

import asyncpg
import structlog
from sqlalchemy import make_url

log = structlog.get_logger("kehu.database")

SUSPICIOUS_SECONDS = 1.0
PATIENCE_SECONDS = 1.5
#: Asks a PostgreSQL server whether it would encrypt; it answers one byte, before any sign-in.
_SSL_REQUEST = struct.pack("!ii", 8, 80_877_103)


class Loan(Protocol):
    """A connection in use, and the timer of whoever watches over it."""

    driver: Any
    timer: asyncio.TimerHandle | None


class Pulse:
    """Watches over the connections of one pool that are in use."""

    def __init__(self, dsn: str) -> None:
        url = make_url(dsn)
        self._address = None if url.host is None else (url.host, url.port or 5432)
        self._suspects: set[Loan] = set()
        self._asking: asyncio.Task[None] | None = None

    def watch(self, loan: Loan) -> None:
        """Look at a connection in a second, unless it is forgotten by then."""
        if self._address is not None:  # a socket of this machine alone is never silent
            loop = asyncio.get_running_loop()
            loan.timer = loop.call_later(SUSPICIOUS_SECONDS, self._suspect, loan)

    def forget(self, loan: Loan) -> None:
        """Watch over it no longer."""
        if loan.timer is not None:
            loan.timer.cancel()
            self._suspects.discard(loan)

    def _suspect(self, loan: Loan) -> None:
        self._suspects.add(loan)
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(self._ask())

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._sign_of_life()
        except OSError as error:
            log.warning(
                "the database server is silent", lost=len(self._suspects), error=repr(error)
            )
            self._give_up()
        else:
            for loan in self._suspects:
                self.watch(loan)
            self._suspects.clear()

    def _give_up(self) -> None:
        for loan in self._suspects:
            with suppress(asyncpg.InterfaceError):  # it is closed already
                loan.driver.terminate()
        self._suspects.clear()

    async def _sign_of_life(self) -> None:
        host, port = self._address or ("", 0)
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(_SSL_REQUEST)
            if not await reader.read(1):
                raise ConnectionResetError("the server hung up")
        finally:
            writer.transport.abort()
