"""Words for entries: what an event type says, and the number or name of what was changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from shared.audit.marks import is_named, is_private
from shared.db.common_invariants import aggregate_tables
from shared.db.driver import Connection
from shared.events.catalogue import payload_class

#: What people call a document by, the first that its table has.
_NAMES = ("number", "code", "login", "name")


def event_label(event_type: str) -> str:
    """Return what an event says, in a sentence."""
    kind = payload_class(event_type)
    text = (kind and kind.__doc__) or event_type
    return text.strip().partition("\n")[0]


async def object_labels(
    conn: Connection, service: str, metadata: sa.MetaData, objects: Iterable[tuple[str, UUID]]
) -> dict[UUID, str]:
    """Return the present number or name of each object that has one which is not private."""
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for kind, object_id in objects:
        wanted[kind].add(object_id)
    found: dict[UUID, str] = {}
    for kind, table in aggregate_tables(service, metadata).items():
        column = _name_of(table)
        if column is not None and wanted[kind]:
            ids = sa.literal(list(wanted[kind]), sa.ARRAY(sa.Uuid))
            query = sa.select(table.c.id, column).where(
                table.c.id == sa.any_(ids), column.is_not(None)
            )
            found |= {row[0]: row[1] for row in await conn.execute(query)}
    return found


def _name_of(table: sa.Table) -> sa.Column[str] | None:
    named = (table.c[name] for name in _NAMES if name in table.c)
    return next((column for column in named if is_named(column) or not is_private(column)), None)
