"""Engines: one per process and database, with the timeouts every connection carries."""

from __future__ import annotations

from typing import Any

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

#: Nothing to encrypt there, and asking for it costs a round trip per connection.
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


#: Seconds a statement may take before the client gives up on a connection that went silent.
COMMAND_TIMEOUT = 28


def create_engine(dsn: str, *, pool_size: int = 10, pool_timeout: float = 2.5) -> AsyncEngine:
    """Return an engine for ``dsn`` (``postgresql://…``). Timeouts are in seconds.

    A request that waits longer than ``pool_timeout`` for a connection is answered 503.
    """
    return create_async_engine(
        dsn.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout,
        pool_recycle=1800,
        connect_args=connect_arguments(dsn),
    )


def connect_arguments(dsn: str) -> dict[str, Any]:
    """Return what every connection to ``dsn`` is opened with."""
    return {
        "timeout": 5,
        **({"ssl": False} if make_url(dsn).host in _LOOPBACK else {}),
        "server_settings": {
            "application_name": "kehu",
            "timezone": "UTC",
            "statement_timeout": "25000",
            "lock_timeout": "5000",
            "idle_in_transaction_session_timeout": "60000",
            "jit": "off",
        },
    }
