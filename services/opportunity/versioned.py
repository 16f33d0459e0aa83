"""Configuration kept as versions in an append-only table: the newest counts, and documents may
refer to the version they were judged by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.opportunity.metadata import metadata
from shared.db.driver import Connection
from shared.db.migrations import APPEND_ONLY
from shared.db.types import MOMENT, JsonOf
from shared.db.unit_of_work import UnitOfWork
from shared.domain.actor import SYSTEM, Actor
from shared.domain.errors import StaleVersion

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Version(Generic[T]):
    """What is configured, and which version says so."""

    version: int
    content: T


def versioned_table(name: str, kind: Any) -> sa.Table:
    """Declare the table of a configuration whose content is a ``kind``."""
    return sa.Table(
        name,
        metadata,
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("content", JsonOf(kind), nullable=False),
        sa.Column("adopted_by", sa.Uuid, nullable=False),
        sa.Column("adopted_at", MOMENT, nullable=False),
        info=APPEND_ONLY,
    )


class Versioned(Generic[T]):
    """One configuration. Version 1 is the ``shipped`` content."""

    def __init__(self, table: sa.Table, shipped: T) -> None:
        self._table = table
        self._shipped = shipped

    async def current(self, conn: Connection) -> Version[T]:
        """Return the newest version."""
        newest = sa.select(self._table.c.version, self._table.c.content).order_by(
            self._table.c.version.desc()
        )
        row = (await conn.execute(newest.limit(1))).one_or_none()
        return Version(1, self._shipped) if row is None else Version(*row)

    async def pinned(self, uow: UnitOfWork) -> Version[T]:
        """Return the newest version, which has a row that documents may refer to."""
        found = await self.current(uow.conn)
        if found.version == 1:
            await self._store(uow, found, SYSTEM)
        return found

    async def adopt(self, uow: UnitOfWork, content: T, expected: int | None) -> Version[T]:
        """Put new content in force.

        Raises:
            StaleVersion: the newest version is not ``expected``, or another is adopted now.
        """
        before = await self.pinned(uow)
        if expected is not None and before.version != expected:
            raise StaleVersion(f"Version {before.version} is in force, not {expected}.")
        adopted = Version(before.version + 1, content)
        if not await self._store(uow, adopted, uow.actor):
            raise StaleVersion(f"Somebody else adopts version {adopted.version} at this moment.")
        return adopted

    async def _store(self, uow: UnitOfWork, version: Version[T], by: Actor) -> bool:
        statement = insert(self._table).values(
            version=version.version,
            content=version.content,
            adopted_by=by.id,
            adopted_at=uow.now,
        )
        result = await uow.conn.execute(statement.on_conflict_do_nothing())
        return result.rowcount == 1
