"""Keeping a replica: the newest state of foreign aggregates, whatever order events come in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from shared.db.unit_of_work import UnitOfWork
from shared.inbox.arrival import Received


async def keep_newest(
    uow: UnitOfWork,
    table: sa.Table,
    batch: Sequence[Received[Any]],
    present: Callable[[Any], dict[str, Any]],
) -> None:
    """Write one row per aggregate: ``present(payload)`` under the event's id and version.

    A row that is as new already stays as it is.
    """
    newest: dict[Any, Received[Any]] = {}
    for each in sorted(batch, key=lambda each: each.envelope.sequence):
        newest[each.envelope.aggregate_id] = each
    rows = [
        {"id": key, "version": newest[key].envelope.sequence, **present(newest[key].data)}
        for key in sorted(newest)
    ]
    statement = insert(table)
    updated = {c.name: statement.excluded[c.name] for c in table.c if not c.primary_key}
    guarded = statement.on_conflict_do_update(
        index_elements=[table.c.id],
        set_=updated,
        where=table.c.version < statement.excluded.version,
    )
    await uow.conn.execute(guarded, rows)
