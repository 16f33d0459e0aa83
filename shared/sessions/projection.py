"""Events of sessions to rows of the replica; rows that nobody needs any more go with the next."""

from __future__ import annotations

import sqlalchemy as sa

from shared.db.replica import newer_wins
from shared.db.unit_of_work import UnitOfWork
from shared.events.identity import SessionEnded
from shared.inbox.arrival import Received
from shared.sessions.table import revocation_table

_revocations = revocation_table(sa.MetaData())
_upsert = newer_wins(_revocations)
_over = sa.delete(_revocations).where(_revocations.c.until < sa.bindparam("now"))


async def project_ended_sessions(uow: UnitOfWork, events: list[Received[SessionEnded]]) -> None:
    """Keep which sessions ended, as long as there may be access tokens of them (S214)."""
    await uow.conn.execute(_over, {"now": uow.now})
    rows = [
        {
            "id": event.data.session_id,
            "version": event.envelope.sequence,
            "gone": True,
            "void_before": event.envelope.time,
            "until": event.data.void_until,
        }
        for event in events
    ]
    await uow.conn.execute(_upsert, rows)
