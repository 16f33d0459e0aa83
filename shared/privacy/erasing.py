"""Erasure at the places a service declares (GDPR Art. 17, PIPL 第四十七条). Records that are kept
become pseudonymous by themselves; versions, events and sums of documents stay as they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json, to_json

from shared.db.driver import Connection
from shared.db.unit_of_work import UnitOfWork
from shared.inbox.arrival import Received
from shared.inbox.tables import inbox_tables
from shared.privacy.places import ERASED, Erasing, Holdings
from shared.privacy.rewriting import rewritten
from shared.privacy.subjects import Subject

E = TypeVar("E")
BatchHandler = Callable[[UnitOfWork, list[Received[Any]]], Awaitable[None]]

_inbox, _parked, _position = inbox_tables(sa.MetaData())


async def clear(conn: Connection, holdings: Holdings, subject: Subject, subject_id: UUID) -> None:
    """Empty what a service holds about a person, but for the record itself, and what is kept for a
    reason. Done again it changes nothing."""
    for place in holdings.of(subject):
        mine = place.whose(subject_id)
        if place.erasing is Erasing.REMOVE:
            await conn.execute(sa.delete(place.table).where(mine))
        elif place.erasing is Erasing.BLANK:
            await conn.execute(sa.update(place.table).where(mine).values(place.blank))
    await _clear_parked(conn, subject, subject_id)


async def _clear_parked(conn: Connection, subject: Subject, subject_id: UUID) -> None:
    """Events about the person that wait, or waited, to be applied; what the error showed of them
    goes as well."""
    key = [_parked.c.consumer, _parked.c.event_id]
    mine = _parked.c.aggregate_id == subject_id
    for consumer, event_id, data, original in (
        await conn.execute(sa.select(*key, _parked.c.data, _parked.c.original).where(mine))
    ).all():
        values = {
            "data": _without_names(data, subject, subject_id),
            "original": original and _without_names(original, subject, subject_id),
            "error": ERASED,
            "note": sa.case((_parked.c.note.is_not(None), ERASED)),
        }
        one = (key[0] == consumer) & (key[1] == event_id)
        await conn.execute(sa.update(_parked).where(one).values(values))


def _without_names(text: str, subject: Subject, subject_id: UUID) -> str:
    try:
        data = from_json(text)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        return to_json(ERASED).decode()
    return to_json(rewritten(data, subject, subject_id)).decode()


def letting_go(holdings: Holdings, subject: Subject, project: BatchHandler) -> BatchHandler:
    """Return the handler of events that tell of an erasure. What the replica still tells of the
    person finds the rest; it is looked for again behind the replica, whose row makes those wait who
    write about the person just now."""

    async def handler(uow: UnitOfWork, events: list[Received[Any]]) -> None:
        for event in events:
            await clear(uow.conn, holdings, subject, event.envelope.aggregate_id)
        await project(uow, events)
        for event in events:
            await clear(uow.conn, holdings, subject, event.envelope.aggregate_id)

    return handler
