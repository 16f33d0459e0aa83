"""A second schema with the tables of a read model: made, compared with the live one, swapped in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.db.driver import Connection
from shared.db.types import JsonText
from shared.db.unit_of_work import Database

#: Which events are in the shadow already; gone before the swap.
REPLAYED = "_replayed"

# Rights are copied, because the swap puts new tables in the place of those that had them.
_GRANTS = """
SELECT format('GRANT %s ON %s %I.%I TO %s', a.privilege_type,
              CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, $2::text, c.relname,
              CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
FROM pg_class AS c CROSS JOIN aclexplode(c.relacl) AS a
WHERE c.relnamespace = to_regnamespace($1) AND c.relkind IN ('r', 'S')
UNION ALL
SELECT format('GRANT %s ON SCHEMA %I TO %s', a.privilege_type, $2::text,
              CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
FROM pg_namespace AS n CROSS JOIN aclexplode(n.nspacl) AS a WHERE n.nspname = $1
"""


@dataclass(frozen=True, slots=True)
class TableReport:
    """How a table of the shadow compares with the live one, in rows."""

    table: str
    rows: int
    only_live: int
    only_shadow: int


class Shadow:
    """The shadow of a schema that holds the tables ``metadata`` has in it, and nothing else."""

    def __init__(self, database: Database, metadata: sa.MetaData, schema: str) -> None:
        self.live = schema
        self.name = f"{schema}_shadow"
        self._old = f"{schema}_old"
        self._database = database
        self._metadata = metadata
        self._tables = [each for each in metadata.sorted_tables if each.schema == schema]
        if not self._tables:
            raise ValueError(f"there are no tables in the schema {schema}")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Lend a connection on which statements that name the live schema go to the shadow."""
        async with self._database.pool.transaction() as conn:
            # What a crash loses here is only a shadow that nobody sees.
            await conn.driver.execute("SET LOCAL synchronous_commit = off")
            yield conn.in_schemas({self.live: self.name})

    async def create(self) -> None:
        """Make the shadow, empty; remains of an earlier attempt are removed."""
        await self._drop_old()
        async with self._in(self.name).begin() as conn:
            await _run(
                conn,
                f'DROP SCHEMA IF EXISTS "{self.name}" CASCADE',
                f'CREATE SCHEMA "{self.name}"',
            )
            await conn.run_sync(self._metadata.create_all, tables=self._tables)
            await _run(
                conn,
                f'CREATE UNLOGGED TABLE "{self.name}".{REPLAYED} '
                "(consumer text, event_id uuid, PRIMARY KEY (consumer, event_id))",
            )

    async def drop(self) -> None:
        """Remove the shadow, if it is still one."""
        async with self._in(self.name).begin() as conn:
            await _run(conn, f'DROP SCHEMA IF EXISTS "{self.name}" CASCADE')

    async def compare(self, ignore: Collection[str] = ()) -> list[TableReport]:
        """Compare every table with the live one, without the columns in ``ignore``."""
        async with self._database.engine.begin() as conn:
            await _run(conn, "SET LOCAL statement_timeout = 0")
            return [await self._compare(conn, table, ignore) for table in self._tables]

    async def swap(self) -> None:
        """Put the shadow in the place of the live schema; readers see one or the other, whole."""
        async with self._database.engine.begin() as conn:
            await self._grant(conn)
            await _run(
                conn,
                f'DROP TABLE "{self.name}".{REPLAYED}',
                *(f'ANALYZE "{self.name}"."{table.name}"' for table in self._tables),
                f'ALTER SCHEMA "{self.live}" RENAME TO "{self._old}"',
                f'ALTER SCHEMA "{self.name}" RENAME TO "{self.live}"',
            )
        await self._drop_old()

    async def _drop_old(self) -> None:
        """Drop what a swap replaced; waits for its readers, and fails if something needs it."""
        async with self._in(self._old).begin() as conn:
            await _run(conn, "SET LOCAL lock_timeout = '30s'")
            for table in reversed(self._tables):  # ``drop_all`` would take all sequences along
                await conn.run_sync(table.drop, checkfirst=True)
            await _run(conn, f'DROP SCHEMA IF EXISTS "{self._old}"')

    def _in(self, schema: str) -> AsyncEngine:
        engine = self._database.engine
        return engine.execution_options(schema_translate_map={self.live: schema})

    async def _grant(self, conn: AsyncConnection) -> None:
        rights = await conn.exec_driver_sql(_GRANTS, (self.live, self.name))
        await _run(conn, *(row[0] for row in rights.all()))

    async def _compare(
        self, conn: AsyncConnection, table: sa.Table, ignore: Collection[str]
    ) -> TableReport:
        columns = ", ".join(_comparable(each) for each in table.c if each.name not in ignore)
        live = f'SELECT {columns} FROM "{self.live}"."{table.name}"'  # noqa: S608
        shadow = f'SELECT {columns} FROM "{self.name}"."{table.name}"'  # noqa: S608
        counts = await conn.exec_driver_sql(
            f'SELECT (SELECT count(*) FROM "{self.name}"."{table.name}"),'  # noqa: S608
            f" (SELECT count(*) FROM ({live} EXCEPT {shadow}) AS l),"
            f" (SELECT count(*) FROM ({shadow} EXCEPT {live}) AS s)"
        )
        return TableReport(table.name, *cast(tuple[int, int, int], tuple(counts.one())))


def _comparable(column: sa.Column[Any]) -> str:
    """PostgreSQL's ``json`` has no equality."""
    plain = isinstance(column.type, JsonText) or type(column.type) is sa.JSON
    return f'"{column.name}"::text' if plain else f'"{column.name}"'


async def _run(conn: AsyncConnection, *statements: str) -> None:
    for statement in statements:
        await conn.exec_driver_sql(statement)
