"""Looks into the facts of the analytics service."""

from __future__ import annotations

import sqlalchemy as sa

from services.analytics.metadata import FACTS
from services.analytics.tables import metadata
from tests.support.services import ServiceUnderTest

TABLES = [table.fullname for table in metadata.sorted_tables if table.schema == FACTS]


async def contents(service: ServiceUnderTest) -> dict[str, list[str]]:
    """All rows of all facts, as text."""
    found = {}
    async with service.db.reading() as conn:
        for name in TABLES:
            rows = await conn.execute(sa.text(f"SELECT t::text FROM {name} t"))
            found[name] = sorted(rows.scalars())
    return found


async def forget(service: ServiceUnderTest, *, facts: bool = True) -> None:
    """Empty the inbox, and the facts too: as if no event had ever come."""
    async with service.db.pool.transaction() as conn:
        for name in ["inbox", "parked", "consumer_position", *(TABLES if facts else ())]:
            await conn.execute(sa.text(f"DELETE FROM {name}"))
