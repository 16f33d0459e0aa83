"""From a batch of events to facts: one statement per table, the newest version of each document.

Every write is the whole state of a document and is refused by a newer version of it, so events may
come late, twice or in any order across documents. Statements are Core, so that a replay can send
them to a shadow schema.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert

from services.analytics.facts.columns import Row
from shared.db.driver import Connection, Prepared
from shared.db.replica import newer_wins
from shared.db.unit_of_work import UnitOfWork
from shared.events.payload import Payload
from shared.inbox.arrival import Received


@dataclass(frozen=True, eq=False)
class Lines:
    """The lines of a document: replaced with it, and left alone where nothing changed."""

    table: sa.Table
    rows: Callable[[Received[Any]], Iterable[Row]]

    @cached_property
    def _parent(self) -> sa.Column[Any]:
        return next(iter(self.table.primary_key))

    @cached_property
    def _upsert(self) -> Prepared:
        statement = insert(self.table).from_select(*_all_of(self.table))
        keys = list(self.table.primary_key)
        values = [column for column in self.table.c if not column.primary_key]
        new = [statement.excluded[column.name] for column in values]
        upsert = statement.on_conflict_do_update(
            index_elements=keys,
            set_=dict(zip((column.name for column in values), new, strict=True)),
            where=sa.tuple_(*values).is_distinct_from(sa.tuple_(*new)),
        )
        return Prepared(upsert)

    @cached_property
    def _delete(self) -> Prepared:
        keys = list(self.table.primary_key)
        kept = _unnest(keys)
        same = [column == kept.c[column.name] for column in keys]
        vanished = (
            sa.delete(self.table)
            .where(self._parent == sa.any_(_array("documents", self._parent)))
            .where(~sa.exists().where(*same))
        )
        return Prepared(vanished)

    async def replace(self, conn: Connection, documents: Sequence[Received[Any]]) -> None:
        """Write the lines of documents whose newer state was just written."""
        rows = [row for document in documents for row in self.rows(document)]
        keys = _columns(rows, self.table.primary_key)
        ids = [document.envelope.aggregate_id for document in documents]
        await conn.execute(self._delete, keys | {"documents": ids})
        if rows:
            await conn.execute(self._upsert, _columns(rows, self.table.c))


@dataclass(frozen=True, eq=False)
class Trail:
    """Rows that only come to be, one for each thing that happened; order does not matter."""

    table: sa.Table
    rows: Callable[[Received[Any]], Iterable[Row]]

    @cached_property
    def _insert(self) -> Prepared:
        statement = insert(self.table).from_select(*_all_of(self.table))
        return Prepared(statement.on_conflict_do_nothing())

    async def add(self, conn: Connection, batch: Iterable[Received[Any]]) -> None:
        """Add what is not there yet."""
        rows = [row for received in batch for row in self.rows(received)]
        if rows:
            await conn.execute(self._insert, _columns(rows, self.table.c))


@dataclass(frozen=True, eq=False)
class Projection:
    """Turns the events of one aggregate family, all those derived from ``state``, into facts."""

    state: type[Payload] | tuple[type[Payload], ...]
    table: sa.Table
    row: Callable[[Received[Any]], Row]
    lines: tuple[Lines, ...] = ()
    trail: Trail | None = None

    async def __call__(self, uow: UnitOfWork, batch: list[Received[Any]]) -> None:
        """Project a batch: a batch handler of a `Consumer`."""
        newest = newest_of(batch)
        rows = [
            {"id": id_, "version": received.envelope.sequence, **self.row(received)}
            for id_, received in newest.items()
        ]
        result = await uow.conn.execute(self._upsert, _columns(rows, self.table.c))
        written = [newest[row.id] for row in result]
        for lines in self.lines if written else ():
            await lines.replace(uow.conn, written)
        if self.trail is not None:
            await self.trail.add(uow.conn, batch)

    @cached_property
    def _upsert(self) -> Prepared:
        statement = insert(self.table).from_select(*_all_of(self.table))
        values = [column.name for column in self.table.c if not column.primary_key]
        upsert = statement.on_conflict_do_update(
            index_elements=[self.table.c.id],
            set_={name: statement.excluded[name] for name in values},
            where=self.table.c.version < statement.excluded.version,
        )
        return Prepared(upsert.returning(self.table.c.id))


class RowByRow(Projection):
    """A projection of states that hold arrays, which do not fit into arrays of columns: one row
    after the other. There are few of them."""

    async def __call__(self, uow: UnitOfWork, batch: list[Received[Any]]) -> None:
        """Project a batch: a batch handler of a `Consumer`."""
        rows = [
            {"id": id_, "version": received.envelope.sequence, **self.row(received)}
            for id_, received in newest_of(batch).items()
        ]
        await uow.conn.execute(newer_wins(self.table), rows)


def newest_of(batch: Iterable[Received[Any]]) -> dict[UUID, Received[Any]]:
    """Return the newest event of each aggregate in a batch."""
    newest: dict[UUID, Received[Any]] = {}
    for received in batch:
        known = newest.get(received.envelope.aggregate_id)
        if known is None or known.envelope.sequence < received.envelope.sequence:
            newest[received.envelope.aggregate_id] = received
    return newest


# One array per column: the statement is the same for any number of rows, and is planned once.


def _columns(rows: Sequence[Row], columns: Iterable[sa.Column[Any]]) -> dict[str, list[Any]]:
    return {column.name: [row[column.name] for row in rows] for column in columns}


def _all_of(table: sa.Table) -> tuple[list[str], sa.Select[Any]]:
    source = _unnest(list(table.c))
    return [column.name for column in table.c], sa.select(*source.c)


def _unnest(columns: Sequence[sa.Column[Any]]) -> sa.TableValuedAlias:
    arrays = [_array(column.name, column) for column in columns]
    named = [sa.column(column.name, column.type) for column in columns]
    return sa.func.unnest(*arrays).table_valued(*named).render_derived(name="new")


def _array(name: str, column: sa.Column[Any]) -> sa.Cast[Any]:
    kind = ARRAY(column.type)
    return sa.cast(sa.bindparam(name, type_=kind), kind)
