"""Events of sessions and clients to rows of the replica; rows that nobody needs any more go with
the next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import sqlalchemy as sa

from shared.db.replica import newer_wins
from shared.db.unit_of_work import UnitOfWork
from shared.events.identity import (
    ClientChanged,
    ClientDisabled,
    ClientState,
    SessionEnded,
)
from shared.events.payload import Payload
from shared.inbox.arrival import Received
from shared.sessions.table import revocation_table

_revocations = revocation_table(sa.MetaData())
_upsert = newer_wins(_revocations)
_over = sa.delete(_revocations).where(_revocations.c.until < sa.bindparam("now"))


async def project_ended_sessions(uow: UnitOfWork, events: list[Received[SessionEnded]]) -> None:
    """Keep which sessions ended, as long as there may be access tokens of them (S214)."""
    rows = [
        {
            "id": event.data.session_id,
            "version": event.envelope.sequence,
            "gone": True,
            "void_before": event.envelope.time,
            "until": event.data.void_until,
        }
        for event in events
        if event.data.void_until is not None
    ]
    await _keep(uow, rows)


async def project_clients(uow: UnitOfWork, events: list[Received[ClientState]]) -> None:
    """Keep which clients were disabled or changed, as long as there may be tokens from before."""
    rows = [
        {
            "id": event.data.client_id,
            "version": event.envelope.sequence,
            "gone": event.data.status == "disabled",
            "void_before": event.data.void_before,
            "until": event.data.void_until,
        }
        for event in events
        if event.data.void_until is not None
    ]
    await _keep(uow, rows)


async def _keep(uow: UnitOfWork, rows: list[dict[str, Any]]) -> None:
    await uow.conn.execute(_over, {"now": uow.now})
    if rows:
        await uow.conn.execute(_upsert, rows)


HANDLERS: Mapping[type[Payload], Callable[[UnitOfWork, list[Received[Any]]], Awaitable[None]]] = {
    SessionEnded: project_ended_sessions,
    ClientChanged: project_clients,
    ClientDisabled: project_clients,
}
