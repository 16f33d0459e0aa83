"""A writer whose transactions commit late: its events have their place in the outbox long before
anybody can see them, and later ones are published meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import sqlalchemy as sa

from services.customer.customers.model import Profile
from services.customer.customers.service import CreateCustomer, create_customer
from services.customer.manifest import SERVICE
from shared.db.connection import is_transient
from shared.db.unit_of_work import Database
from shared.domain.actor import SYSTEM
from tests.faults.load import Load

_LOOK_SECONDS = 0.05
_PATIENCE_SECONDS = 5.0
_PAUSE_SECONDS = 1.0

_OVERTAKEN = sa.text(
    "SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NOT NULL AND seq > :seq)"
)
_PLACE = sa.text("SELECT seq FROM outbox WHERE event_id = :event_id")


async def commit_late(load: Load, dsn: str) -> None:
    """Go on until the load ends."""
    async with _database(dsn) as database:
        while not load.stop.is_set():
            try:
                load.journal.late_commits += await _commit_late(database)
            except Exception as error:
                if not is_transient(error):
                    load.journal.surprise("a late writer failed", error=repr(error)[:500])
            await asyncio.sleep(_PAUSE_SECONDS)


async def _commit_late(database: Database) -> bool:
    """Enter a customer, and commit when a later event was published; say whether one was."""
    async with database.transaction(SYSTEM) as uow:
        await create_customer(uow, CreateCustomer(Profile(name="迟到公司"), accept_duplicates=True))
        await uow.flush()
        event_id = uow.recorded.pop().id  # it is in the outbox; not twice
        seq = await uow.conn.scalar(_PLACE, {"event_id": event_id})
        return await _is_overtaken(database, seq)


async def _is_overtaken(database: Database, seq: int) -> bool:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        async with database.reading() as conn:
            if await conn.scalar(_OVERTAKEN, {"seq": seq}):
                return True
        await asyncio.sleep(_LOOK_SECONDS)
    return False


@asynccontextmanager
async def _database(dsn: str) -> AsyncIterator[Database]:
    database: Database = SERVICE.create_database(SERVICE.settings(database_url=dsn))
    try:
        yield database
    finally:
        await database.close()
