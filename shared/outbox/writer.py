"""Envelope to outbox row. The only place that inserts into the outbox."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from pydantic_core import to_json

from shared.db.driver import Connection, Prepared
from shared.events.envelope import Envelope
from shared.outbox.table import outbox_table

_outbox = outbox_table(sa.MetaData())
_columns = [column.name for column in _outbox.c if column.name != "seq"]
_insert = Prepared(sa.insert(_outbox).inline(), *_columns)  # nobody asks for the new seq


async def append(conn: Connection, envelopes: Sequence[Envelope]) -> None:
    """Insert the events in order, inside the caller's transaction."""
    await conn.execute(
        _insert,
        [
            {
                "event_id": envelope.id,
                "aggregate_type": envelope.aggregate_type,
                "aggregate_id": envelope.aggregate_id,
                "aggregate_version": envelope.sequence,
                "type": envelope.type,
                "topic": envelope.topic,
                "key": envelope.key,
                "payload": envelope.data,
                "headers": to_json(envelope.headers()).decode(),
                "occurred_at": envelope.time,
                "published_at": None,
            }
            for envelope in envelopes
        ],
    )
