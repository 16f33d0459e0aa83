"""Looks whether a service keeps what it promises about its data while it is at work: a gauge for
each promise, and a line in the log for each that is broken."""

from __future__ import annotations

import time
from collections.abc import Sequence

import asyncpg
import structlog
from prometheus_client import Gauge

from shared.db.invariants import Invariant
from shared.db.unit_of_work import Database

log = structlog.get_logger("kehu.promises")

VIOLATIONS = Gauge(
    "crm_invariant_violations",
    "Rows that broke a promise about the data when it was last looked at.",
    ["service", "invariant"],
)
CHECKED = Gauge(
    "crm_invariants_checked_seconds",
    "When all promises were last looked at, in seconds since 1970.",
    ["service"],
)

#: Seconds one promise may take to look at: over a large database longer than any request may.
_PATIENCE = 300


async def look_at_promises(database: Database, promises: Sequence[Invariant]) -> None:
    """Count what breaks each promise. One that cannot be looked at leaves the others alone."""
    seen = 0
    for promise in promises:
        try:
            count = await _count(database, promise)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            log.warning("promise not looked at", invariant=promise.id, error=repr(error)[:300])
            continue
        seen += 1
        VIOLATIONS.labels(database.service, promise.id).set(count)
        if count:
            log.error(
                "promise broken",
                service=database.service,
                invariant=promise.id,
                promise=promise.promise,
                violations=count,
                rows=f"/internal/{database.service}/invariants",
            )
    if seen == len(promises):
        CHECKED.labels(database.service).set(time.time())


async def _count(database: Database, promise: Invariant) -> int:
    query = f"SELECT count(*) FROM ({promise.query}) AS broken"  # noqa: S608 - ours
    async with database.pool.transaction(readonly=True) as conn:
        await conn.driver.execute(f"SET LOCAL statement_timeout = '{_PATIENCE}s'")
        return int(await conn.driver.fetchval(query, timeout=_PATIENCE + 5))
