"""Plain asyncpg sessions beside the engine, and which errors are the server's and will pass."""

from __future__ import annotations

import hashlib
from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

#: SQLSTATE classes and codes that pass by themselves: connection, resources (disk full, too many
#: connections), shutdown and start-up, serialisation, deadlock, lock timeout.
_PASSING_CLASSES = ("08", "53", "58")
_PASSING_CODES = frozenset({"57P01", "57P02", "57P03", "57P05", "40001", "40P01", "55P03", "25P03"})


def engine_dsn(engine: AsyncEngine) -> str:
    """Return the ``postgresql://`` address of an engine, password included: never log it."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


#: The server notices within half a minute that the machine of a lock's holder is gone.
_KEEPALIVE = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


async def open_session(dsn: str, name: str, **settings: str) -> asyncpg.Connection:
    """Open a session of its own, for advisory locks and notifications.

    Every query is bounded to 30 s and connecting to 5 s, so a frozen server is noticed.
    """
    common = {"application_name": name, "timezone": "UTC", "jit": "off"}
    return await asyncpg.connect(
        dsn, timeout=5, command_timeout=30, server_settings=common | _KEEPALIVE | settings
    )


async def close_session(session: asyncpg.Connection) -> None:
    """Close a session; never raises, because its server may be gone."""
    try:
        await session.close(timeout=2)
    except Exception:
        session.terminate()


def advisory_key(*parts: object) -> int:
    """Return a stable 64-bit key for advisory locks."""
    text = "\x1f".join(str(part) for part in parts)
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def is_transient(error: BaseException | None) -> bool:
    """Say whether the same act can succeed later without anybody mending anything.

    When the server dies asyncpg may raise InternalClientError, which is neither a PostgresError
    nor an InterfaceError.
    """
    if error is None:
        return False
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or is_transient(error.orig)
    if isinstance(error, OSError | PoolTimeout | asyncpg.InternalClientError):
        return True
    state = str(getattr(error, "sqlstate", None) or "")
    if state:
        return state in _PASSING_CODES or state.startswith(_PASSING_CLASSES)
    if isinstance(error, asyncpg.InterfaceError):
        # "connection is closed", "pool is closing", "has been released back to the pool"
        return "clos" in str(error) or "released" in str(error)
    return _wrapped_is_transient(error)


def _wrapped_is_transient(error: Any) -> bool:
    # SQLAlchemy's driver layer raises its own classes with asyncpg's error as their cause.
    wrapped = type(error).__module__.startswith("sqlalchemy.")
    return wrapped and is_transient(error.__cause__)
