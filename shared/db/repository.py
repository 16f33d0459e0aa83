"""Aggregates to rows and back. Saving an aggregate and publishing its event are one act."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from shared.audit.changes import Fields, as_json
from shared.db.driver import Connection, Prepared
from shared.db.unit_of_work import UnitOfWork
from shared.domain.aggregate import Aggregate, Change
from shared.domain.errors import NotFound, StaleVersion
from shared.events.payload import Payload

A = TypeVar("A", bound=Aggregate)


@dataclass(frozen=True)
class Children:
    """A tuple of frozen dataclasses inside an aggregate, kept in a table of their own.

    The table's first foreign key column, ``parent``, points at the aggregate; ``position`` keeps
    the order.
    """

    field: str
    kind: type[Any]
    table: sa.Table
    parent: str

    @cached_property
    def by_parents(self) -> Prepared:
        """Select the children of several parents, in order."""
        parent = self.table.c[self.parent]
        wanted = sa.bindparam("ids", type_=sa.ARRAY(sa.Uuid))
        return Prepared(
            sa.select(parent.label("_parent"), *(self.table.c[name] for name in self.columns))
            .where(parent == sa.any_(wanted))
            .order_by(parent, self.table.c.position)
        )

    @cached_property
    def insert(self) -> Prepared:
        """Insert children."""
        return Prepared(sa.insert(self.table), *self.columns, self.parent, "position")

    @cached_property
    def upsert(self) -> Prepared:
        """Insert children, or overwrite those that are there."""
        statement = insert(self.table)
        excluded = statement.excluded
        updated = {c.name: excluded[c.name] for c in self.table.c if not c.primary_key}
        statement = statement.on_conflict_do_update(index_elements=[self.table.c.id], set_=updated)
        return Prepared(statement, *self.columns, self.parent, "position")

    @cached_property
    def audited(self) -> Fields:
        """What the audit compares."""
        return Fields(self.table, self.columns)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The dataclass fields that are columns."""
        return tuple(f.name for f in fields(self.kind) if f.name in self.table.c)

    def row(self, parent_id: UUID, position: int, child: Any) -> dict[str, Any]:
        """Return the row of one child."""
        row = {name: getattr(child, name) for name in self.columns}
        return row | {self.parent: parent_id, "position": position}


class Repository(Generic[A]):
    """Reads and writes one kind of aggregate. Slices derive from it and set the class variables.

    Children are compared with what was loaded, so only changed lines are written.
    """

    kind: ClassVar[type[Any]]
    table: ClassVar[sa.Table]
    noun: ClassVar[str]
    children: ClassVar[tuple[Children, ...]] = ()
    #: Whose an aggregate is, where reach decides who sees it (S215): a column or a subquery. What
    #: is hidden is not there for ``get``, ``get_for_update`` and ``lock``.
    owner: ClassVar[sa.ColumnElement[Any] | None] = None
    #: Columns computed from the aggregate on every write, such as search terms.
    derived: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}

    @staticmethod
    def payload(aggregate: Any, change: Change, /) -> Payload:
        """Return the event of a change; the slice's ``events.payload``."""
        raise NotImplementedError

    # -- reading -----------------------------------------------------------------------------

    async def get(self, conn: Connection, aggregate_id: UUID) -> A:
        """Return the aggregate, or raise NotFound: there is none, or it is hidden."""
        found = await self._load_one(conn, aggregate_id)
        return self._found(found, aggregate_id)

    async def get_for_update(
        self, uow: UnitOfWork, aggregate_id: UUID, expected: int | None = None
    ) -> A:
        """Lock and return the aggregate.

        Raises:
            NotFound: there is none, or it is hidden.
            StaleVersion: its version is not ``expected``.
        """
        found = await self._load_one(uow.conn, aggregate_id, lock=True)
        aggregate = self._found(found, aggregate_id)
        if expected is not None and aggregate.version != expected:
            raise StaleVersion(
                f"This {self.noun} is at version {aggregate.version}, not {expected}.",
                current=aggregate.version,
            )
        return aggregate

    async def lock(self, uow: UnitOfWork, ids: Iterable[UUID]) -> dict[UUID, A]:
        """Lock and return several aggregates by id, as far as they are there and not hidden.

        Locks are taken in id order, so that two callers cannot wait for each other.
        """
        wanted: dict[str, Any] = {"ids": list(ids)}
        query, owners = self._several, uow.conn.scope.owners
        if self.owner is not None and owners is not None:
            query, wanted["owners"] = self._several_seen, list(owners)
        rows = (await uow.conn.execute(query, wanted)).all()
        loaded = await self._load_children(uow.conn, [row["id"] for row in rows])
        return {row["id"]: self._build(row, loaded) for row in rows}

    async def find(
        self, conn: Connection, *where: sa.ColumnElement[bool], lock: bool = False
    ) -> A | None:
        """Return the one aggregate that satisfies ``where``, or None."""
        found = await self.select(conn, sa.select(*self._selected).where(*where), lock=lock)
        return found[0] if found else None

    async def select(
        self, conn: Connection, query: sa.Select[Any], *, lock: bool = False
    ) -> list[A]:
        """Return the aggregates of a query over this repository's columns, with children.

        Locks are taken in id order, so that two callers cannot wait for each other.
        """
        if lock:
            query = query.order_by(self.table.c.id).with_for_update(of=self.table)
        rows = (await conn.execute(query)).mappings().all()
        loaded = await self._load_children(conn, [row["id"] for row in rows])
        return [self._build(row, loaded) for row in rows]

    def query(self) -> sa.Select[Any]:
        """Return a SELECT of this aggregate's columns, to add conditions to."""
        return sa.select(*self._selected)

    # -- writing -----------------------------------------------------------------------------

    async def add(self, uow: UnitOfWork, aggregate: A, change: Change) -> None:
        """Insert a new aggregate as version 1 and record its event."""
        await self.add_many(uow, [(aggregate, change)])

    async def add_many(self, uow: UnitOfWork, new: Sequence[tuple[A, Change]]) -> None:
        """Insert new aggregates and record their events: one statement per table."""
        if not new:
            return
        for aggregate, _ in new:
            aggregate.version = 1
        rows = [self._row(each) for each, _ in new]
        await uow.conn.execute(self._insert, rows)
        for child in self.children:
            children = [row for each, _ in new for row in self._child_rows(child, each)]
            if children:
                await uow.conn.execute(child.insert, children)
        for (aggregate, change), row in zip(new, rows, strict=True):
            await self._record(uow, aggregate, change, row)

    async def save(self, uow: UnitOfWork, aggregate: A, change: Change) -> None:
        """Update the aggregate to its next version and record its event.

        Raises:
            StaleVersion: the row was changed since it was read.
        """
        row = self._updated_row(aggregate)
        result = await uow.conn.execute(self._update, row)
        if result.rowcount != 1:
            raise StaleVersion(f"This {self.noun} was changed by somebody else.")
        aggregate.version += 1
        for child in self.children:
            await self._save_children(uow.conn, child, aggregate)
        await self._record(uow, aggregate, change, row)

    async def save_many(self, uow: UnitOfWork, changed: Sequence[tuple[A, Change]]) -> None:
        """Update several aggregates, each once, in one round trip, and record their events.

        Raises:
            StaleVersion: one of the rows was changed since it was read.
        """
        if self.children or not changed:
            for aggregate, change in changed:
                await self.save(uow, aggregate, change)
            return
        rows = [self._updated_row(aggregate) for aggregate, _ in changed]
        if (await uow.conn.fetch_many(self._update_returning, rows)).rowcount != len(rows):
            raise StaleVersion(f"A {self.noun} was changed by somebody else.")
        for (aggregate, change), row in zip(changed, rows, strict=True):
            aggregate.version += 1
            await self._record(uow, aggregate, change, row)

    async def _record(
        self, uow: UnitOfWork, aggregate: A, change: Change, row: Mapping[str, Any]
    ) -> None:
        changes = self._audited.of_row(aggregate.stored, row)
        for child in self.children:
            before, after = aggregate.loaded.get(child.field, ()), getattr(aggregate, child.field)
            if before is not after and (found := child.audited.of_children(before, after)):
                changes[child.field] = found
        self._remember(aggregate, row)
        await uow.record(aggregate, self.payload(aggregate, change), as_json(changes))

    # -- rows --------------------------------------------------------------------------------

    @cached_property
    def _columns(self) -> tuple[str, ...]:
        return tuple(f.name for f in fields(self.kind) if f.name in self.table.c)

    @cached_property
    def _audited(self) -> Fields:
        return Fields(self.table, self._columns)

    @cached_property
    def _selected(self) -> list[sa.Column[Any]]:
        return [self.table.c[name] for name in self._columns]

    def _by_id(self, conn: Connection, lock: bool) -> tuple[Prepared, dict[str, Any]]:
        """Return the query for one, with the parameters that keep it within scope."""
        if self.owner is None or conn.scope.owners is None:
            return self._one[lock], {}
        return self._one_seen[lock], {"owners": list(conn.scope.owners)}

    @cached_property
    def _one(self) -> tuple[Prepared, Prepared]:
        return self._and_locked(self.query().where(self.table.c.id == sa.bindparam("id")))

    @cached_property
    def _one_seen(self) -> tuple[Prepared, Prepared]:
        one = self.query().where(self.table.c.id == sa.bindparam("id"))
        return self._and_locked(one.where(self._within_scope))

    @cached_property
    def _several(self) -> Prepared:
        return self._and_locked(self._by_ids)[True]

    @cached_property
    def _several_seen(self) -> Prepared:
        return self._and_locked(self._by_ids.where(self._within_scope))[True]

    @property
    def _by_ids(self) -> sa.Select[Any]:
        wanted = sa.bindparam("ids", type_=sa.ARRAY(sa.Uuid))
        return self.query().where(self.table.c.id == sa.any_(wanted)).order_by(self.table.c.id)

    @property
    def _within_scope(self) -> sa.ColumnElement[bool]:
        owners = sa.bindparam("owners", type_=sa.ARRAY(sa.Uuid))
        return sa.type_coerce(self.owner, sa.Uuid) == sa.any_(owners)

    def _and_locked(self, query: sa.Select[Any]) -> tuple[Prepared, Prepared]:
        return Prepared(query), Prepared(query.with_for_update(of=self.table))

    @cached_property
    def _insert(self) -> Prepared:
        return Prepared(sa.insert(self.table), *self._columns, *self.derived)

    @cached_property
    def _update(self) -> Prepared:
        return Prepared(self._update_statement)

    @cached_property
    def _update_returning(self) -> Prepared:
        return Prepared(self._update_statement.returning(self.table.c.id))

    @cached_property
    def _update_statement(self) -> sa.Update:
        names = (*self._columns, *self.derived)
        values: dict[str, Any] = {name: sa.bindparam(name) for name in names if name != "id"}
        return (
            sa.update(self.table)
            .where(self.table.c.id == sa.bindparam("_id"))
            .where(self.table.c.version == sa.bindparam("_version"))
            .values(values)
        )

    async def _load_one(
        self, conn: Connection, aggregate_id: UUID, *, lock: bool = False
    ) -> A | None:
        query, owners = self._by_id(conn, lock)
        row = (await conn.execute(query, {"id": aggregate_id, **owners})).mappings().one_or_none()
        if row is None:
            return None
        return self._build(row, await self._load_children(conn, [aggregate_id]))

    def _found(self, aggregate: A | None, key: object) -> A:
        if aggregate is None:
            raise NotFound.of(self.noun, key)
        return aggregate

    def _row(self, aggregate: A) -> dict[str, Any]:
        row = {name: getattr(aggregate, name) for name in self._columns}
        return row | {name: derive(aggregate) for name, derive in self.derived.items()}

    def _updated_row(self, aggregate: A) -> dict[str, Any]:
        row = self._row(aggregate) | {"version": aggregate.version + 1}
        return row | {"_id": row.pop("id"), "_version": aggregate.version}

    def _build(self, row: Any, loaded: dict[str, dict[UUID, tuple[Any, ...]]]) -> A:
        nested = {field: by_parent.get(row["id"], ()) for field, by_parent in loaded.items()}
        aggregate: A = self.kind(**row, **nested)
        self._remember(aggregate, row)
        return aggregate

    def _remember(self, aggregate: A, row: Mapping[str, Any]) -> None:
        aggregate.stored = row
        for child in self.children:
            aggregate.loaded[child.field] = getattr(aggregate, child.field)

    # -- children ----------------------------------------------------------------------------

    async def _load_children(
        self, conn: Connection, ids: Sequence[UUID]
    ) -> dict[str, dict[UUID, tuple[Any, ...]]]:
        return {c.field: await self._load(conn, c, ids) for c in self.children if ids}

    async def _load(
        self, conn: Connection, child: Children, ids: Sequence[UUID]
    ) -> dict[UUID, tuple[Any, ...]]:
        by_parent: dict[UUID, list[Any]] = {}
        for parent_id, *values in await conn.execute(child.by_parents, {"ids": ids}):
            built = child.kind(**dict(zip(child.columns, values, strict=True)))
            by_parent.setdefault(parent_id, []).append(built)
        return {key: tuple(found) for key, found in by_parent.items()}

    def _child_rows(self, child: Children, aggregate: A) -> Iterable[dict[str, Any]]:
        for position, each in enumerate(getattr(aggregate, child.field)):
            yield child.row(aggregate.id, position, each)

    async def _save_children(self, conn: Connection, child: Children, aggregate: A) -> None:
        before, after = aggregate.loaded.get(child.field, ()), getattr(aggregate, child.field)
        if before == after:
            return
        table = child.table
        removed = {each.id for each in before} - {each.id for each in after}
        if removed:
            await conn.execute(sa.delete(table).where(table.c.id.in_(removed)))
        known = {(position, each) for position, each in enumerate(before)}
        changed = [
            child.row(aggregate.id, position, each)
            for position, each in enumerate(after)
            if (position, each) not in known
        ]
        if changed:
            await conn.execute(child.upsert, changed)
