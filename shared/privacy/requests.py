"""Use cases at somebody's request: give out all that a service holds about a person (GDPR Art. 15
and 20, PIPL 第四十五条), and note it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from shared.db.driver import Connection
from shared.db.unit_of_work import UnitOfWork
from shared.domain.errors import Forbidden
from shared.domain.ids import new_id
from shared.privacy.places import Holdings, Place
from shared.privacy.subjects import Subject
from shared.privacy.table import request_table

_requests = request_table(sa.MetaData())


class Kind(StrEnum):
    """What was done."""

    EXPORT = "export"  # 查阅、复制
    ERASURE = "erasure"  # 删除


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked for, and why it is granted."""

    subject: Subject
    subject_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of one table about the person."""

    table: str
    rows: Sequence[dict[str, Any]]


async def give_out(uow: UnitOfWork, holdings: Holdings, request: Request) -> list[Found]:
    """Return all that the service holds about a person, and note that it was given out.

    Raises:
        Forbidden: the caller does not see everything, so that it would not be all.
    """
    if uow.conn.scope.owners is not None:
        raise Forbidden("Only who sees everything gives out all about a person.")
    found = await held(uow.conn, holdings, request.subject, request.subject_id)
    await note(uow, Kind.EXPORT, request)
    return found


async def held(
    conn: Connection, holdings: Holdings, subject: Subject, subject_id: UUID
) -> list[Found]:
    """Return all that the service holds about a person, by table."""
    found: dict[str, list[dict[str, Any]]] = {}
    for place in holdings.of(subject):
        rows = await _rows(conn, place, subject_id)
        if rows:
            found.setdefault(place.table.fullname, []).extend(rows)
    return [Found(table, rows) for table, rows in found.items()]


async def note(uow: UnitOfWork, kind: Kind, request: Request) -> None:
    """Enter what is done into the register, with whoever does it."""
    by, on_behalf_of = uow.actor.signature
    row = {
        "id": new_id(),
        "kind": kind,
        "subject_type": request.subject,
        "subject_id": request.subject_id,
        "reason": request.reason,
        "handled_by": by,
        "handled_for": on_behalf_of,
        "handled_at": uow.now,
        "request_id": uow.correlation_id,
    }
    await uow.conn.execute(sa.insert(_requests), row)


async def _rows(conn: Connection, place: Place, subject_id: UUID) -> list[dict[str, Any]]:
    query = sa.select(*place.shown).where(place.whose(subject_id))
    if place.distinct:
        query = query.distinct()
    rows = (await conn.execute(query.order_by(*place.shown[:1]))).mappings().all()
    return [dict(row) for row in rows if any(row[name] is not None for name in place.columns)]
