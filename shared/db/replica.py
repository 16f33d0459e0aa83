"""Replicas: rows that follow another service's events, each at the version it is true for."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert


def newer_wins(table: sa.Table) -> Any:
    """Return an upsert by the table's primary key that an older version does not undo.

    The table has a ``version`` column, which takes the sequence of the event.
    """
    statement = insert(table)
    updated = {c.name: statement.excluded[c.name] for c in table.c if not c.primary_key}
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_=updated,
        where=table.c.version < statement.excluded.version,
    )
