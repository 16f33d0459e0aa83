"""Ready means that a query was answered: a real connection, with the password."""

import asyncio
import threading

import asyncpg

from shared.embedded.errors import EmbeddedPostgresError

# While a server starts, recovers or dies it refuses, hangs up, or says what it is doing.
NOT_YET = (
    OSError,
    asyncpg.CannotConnectNowError,
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


def why_not_ready(dsn: str) -> Exception | None:
    """None when the server answers a query; raises when it never will (a wrong password)."""
    outcome: list[Exception | None] = []
    # In a loop of its own: the launcher is synchronous but may be called where a loop runs.
    thread = threading.Thread(target=lambda: outcome.append(asyncio.run(_ask(dsn))))
    thread.start()
    thread.join()
    error = outcome[0]
    if error is not None and not isinstance(error, NOT_YET):
        raise EmbeddedPostgresError(f"PostgreSQL refuses the connection: {error}") from error
    return error


async def _ask(dsn: str) -> Exception | None:
    try:
        connection = await asyncpg.connect(dsn, timeout=5, ssl=False)
        try:
            await connection.fetchval("SELECT 1")
        finally:
            await connection.close(timeout=5)
    except Exception as error:
        return error
    return None
