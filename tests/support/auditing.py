"""Looking at the audit of a service under test."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from shared.audit.sealer import Sealer
from shared.audit.store import Head
from shared.audit.verifying import Verified, verify
from shared.db.connection import close_session, engine_dsn, open_session
from shared.db.unit_of_work import Database
from tests.support.things import scalar

_OF_OBJECT = sa.text(
    "SELECT *, changes::text AS told FROM audit_entry WHERE aggregate_id = :id ORDER BY id"
)


async def entries_of(database: Database, object_id: UUID | str) -> list[dict[str, Any]]:
    """The entries of an object, oldest first, with their changes as data."""
    async with database.reading() as conn:
        found = (await conn.execute(_OF_OBJECT, {"id": UUID(str(object_id))})).all()
    return [{**dict(row), "changes": json.loads(row["told"])} for row in found]


async def seal_all(database: Database, batch: int = 1000) -> int:
    """Do what the worker does; return how many entries it sealed."""
    sealer = Sealer(database, batch=batch)
    session = await open_session(engine_dsn(database.engine), "test-sealer")
    try:
        while await sealer.step(session):
            pass
    finally:
        await close_session(session)
    return sealer.sealed


async def broken(database: Database, kept: Head | None = None) -> dict[str, Any] | None:
    """What is wrong first with the chain, or None."""
    found: Verified = await verify(database, kept=kept)
    return None if found.broken is None else found.broken.row


async def entry_at(database: Database, seq: int) -> str:
    """The entry under the seal of a number."""
    return str(await scalar(database, f"SELECT entry_id FROM audit_seal WHERE seq = {seq}"))


async def head_of(database: Database) -> Head:
    """The newest seal."""
    async with database.reading() as conn:
        sql = "SELECT seq, entry_id, hash FROM audit_seal ORDER BY seq DESC LIMIT 1"
        return Head(*(await conn.exec_driver_sql(sql)).one())
