"""Keeping a replica: the newest state of foreign aggregates, whatever order events come in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from shared.db.replica import newer_wins
from shared.db.unit_of_work import UnitOfWork
from shared.inbox.arrival import Received


async def keep_newest(
    uow: UnitOfWork,
    table: sa.Table,
    batch: Sequence[Received[Any]],
    present: Callable[[Received[Any]], dict[str, Any]],
) -> None:
    """Write one row per aggregate: ``present(received)`` under the event's id and version.

    A row that is as new already stays as it is.
    """
    newest: dict[Any, Received[Any]] = {}
    for each in sorted(batch, key=lambda each: each.envelope.sequence):
        newest[each.envelope.aggregate_id] = each
    rows = [
        {"id": key, "version": newest[key].envelope.sequence, **present(newest[key])}
        for key in sorted(newest)
    ]
    await uow.conn.execute(newer_wins(table), rows)
