"""Gauges of the audit: what waits for its seal, and the newest seal."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from prometheus_client import Gauge, Info

from shared.audit.store import Head
from shared.db.unit_of_work import Database

UNSEALED = Gauge("crm_audit_unsealed", "Audit entries that wait for their seal.", ["service"])
OLDEST = Gauge(
    "crm_audit_unsealed_oldest_seconds",
    "Age of the oldest audit entry without a seal.",
    ["service"],
)
HEAD = Info("crm_audit_head", "The newest seal of the audit as last told.", ["service"])

_SAMPLE = sa.text(
    "SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0), min(at)"
    " FROM audit_unsealed"
)


async def sample_audit(database: Database) -> datetime | None:
    """Set the gauges of a service; return the moment of the oldest entry that waits."""
    async with database.reading() as conn:
        count, age, oldest = (await conn.execute(_SAMPLE)).one()
    UNSEALED.labels(database.service).set(count)
    OLDEST.labels(database.service).set(max(0.0, float(age)))
    found: datetime | None = oldest
    return found


def tell_head(service: str, head: Head) -> None:
    """Show the newest seal."""
    HEAD.labels(service).info({"seq": str(head.seq), "hash": head.hash.hex()})
