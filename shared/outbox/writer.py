"""Recorded events to rows: each into the outbox and, where the change has one, its audit entry, in
one statement. The only place that inserts into either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from pydantic_core import to_json

from shared.audit.entries import Recorded
from shared.audit.table import audit_tables
from shared.db.driver import Connection, Prepared
from shared.outbox.table import outbox_table

_scratch = sa.MetaData()
_outbox, _audit = outbox_table(_scratch), audit_tables(_scratch)
#: From so many events on three bulk inserts are cheaper than a statement for each.
_BULK = 50


def _columns(table: sa.Table, *without: str) -> tuple[str, ...]:
    return tuple(column.name for column in table.c if column.name not in without)


# Nobody asks for the new seq.
_OUTBOX = _columns(_outbox, "seq", "published_at")
_ENTRY = _columns(_audit.entries)
_UNSEALED = _columns(_audit.unsealed)
_insert_outbox = Prepared(sa.insert(_outbox).inline(), *_OUTBOX)
_insert_entry = Prepared(sa.insert(_audit.entries), *_ENTRY)
_insert_unsealed = Prepared(sa.insert(_audit.unsealed), *_UNSEALED)
#: What the columns are called where the tables name one thing differently.
_SAME = {"event_id": "id", "entry_id": "id", "occurred_at": "at", "type": "event_type"}


def _parameter(column: sa.Column[Any]) -> str:
    kind = column.type.compile(dialect=sa.dialects.postgresql.dialect())  # type: ignore[no-untyped-call]
    return f"CAST(:{_SAME.get(column.name, column.name)} AS {kind})"


def _into(table: sa.Table, names: Sequence[str], where: str = "") -> str:
    values = ", ".join(_parameter(table.c[name]) for name in names)
    return f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {values}{where}"


_AUDITED = " WHERE CAST(:changes AS json) IS NOT NULL"
_append = Prepared(
    sa.text(
        f"WITH event AS ({_into(_outbox, _OUTBOX)}),"
        f" due AS ({_into(_audit.unsealed, _UNSEALED, _AUDITED)})"
        f" {_into(_audit.entries, _ENTRY, _AUDITED)}"
    )
)


async def append(conn: Connection, recorded: Sequence[Recorded]) -> None:
    """Insert the events in order, inside the caller's transaction."""
    rows = [_row(each) for each in recorded]
    if len(rows) < _BULK:
        await conn.execute(_append, rows)
        return
    audited = [row for row in rows if row["changes"] is not None]
    await conn.execute(_insert_outbox, [_named(row, _OUTBOX) for row in rows])
    if audited:
        await conn.execute(_insert_entry, audited)
        await conn.execute(_insert_unsealed, [_named(row, _UNSEALED) for row in audited])


def _named(row: Mapping[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    return {name: row[_SAME.get(name, name)] for name in columns}


def _row(recorded: Recorded) -> dict[str, Any]:
    envelope, origin = recorded.envelope, recorded.origin
    principal = recorded.actor.on_behalf_of
    return {
        "id": envelope.id,
        "at": envelope.time,
        "event_type": envelope.type,
        "aggregate_type": envelope.aggregate_type,
        "aggregate_id": envelope.aggregate_id,
        "aggregate_version": envelope.sequence,
        "topic": envelope.topic,
        "key": envelope.key,
        "payload": envelope.data,
        "headers": to_json(envelope.headers()).decode(),
        "actor_id": recorded.actor.id,
        "actor_name": recorded.actor.name,
        "on_behalf_of": envelope.on_behalf_of,
        "on_behalf_of_name": principal.name if principal else None,
        "address": origin.address,
        "client": origin.client,
        "request_id": envelope.correlation_id,
        "trace_id": recorded.trace_id,
        "changes": recorded.changes,
    }
