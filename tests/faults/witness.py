"""A consumer whose effect shows every repetition: it adds a row for each event it is given.

The consumers of Kehu would hide a repetition, because they are idempotent besides; this one is
hosted by the analytics service of a system under test and relies on the inbox alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import asyncpg

from services.analytics import manifest, worker
from services.analytics.consumers import CONSUMERS
from shared.db.unit_of_work import Database, UnitOfWork
from shared.events.catalogue import all_events
from shared.inbox.arrival import Received
from shared.inbox.consumer import Consumer

_TABLE = """
CREATE TABLE IF NOT EXISTS witness (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL
);
GRANT SELECT, INSERT ON witness TO PUBLIC;
"""


async def see(uow: UnitOfWork, events: list[Received[Any]]) -> None:
    """Add a row for each event."""
    seen = [event.envelope.id for event in events]
    await uow.conn.driver.execute("INSERT INTO witness (event_id) SELECT unnest($1::uuid[])", seen)


WITNESS = Consumer("witness", batch_handlers=dict.fromkeys(all_events(), see))


async def _make_table(dsn: str) -> None:
    owner = await asyncpg.connect(dsn, ssl=False)
    try:
        await owner.execute(_TABLE)
    finally:
        await owner.close()


def add_to_analytics() -> None:
    """Have the analytics service of this process host the witness."""
    service = manifest.SERVICE
    vars(worker)["CONSUMERS"] = (*CONSUMERS, WITNESS)

    async def prepare(db: Database, settings: Any) -> Sequence[str]:
        if settings.owner_database_url is not None:
            await _make_table(settings.owner_database_url.get_secret_value())
        return await service.prepare(db, settings)

    manifest.SERVICE = replace(service, consumers=(*service.consumers, WITNESS), prepare=prepare)
