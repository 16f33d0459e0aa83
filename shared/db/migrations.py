"""Migrations: run by the owner of the tables; the runtime role gets just the rights it needs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.db.connection import advisory_key
from shared.db.types import JsonOf, JsonText, TextLines

#: Marks a table the runtime role may only read and add to: ``info=APPEND_ONLY``.
APPEND_ONLY = {"append_only": True}

_ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")
_ADD = ("SELECT", "INSERT")


def alembic_config(folder: Path, dsn: str) -> Config:
    """Return Alembic's configuration for the migrations in ``folder``."""
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.attributes["dsn"] = dsn
    return config


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of a database that this release knows, and the one it is made for."""

    newest: str | None
    known: frozenset[str]

    def suffices(self, version: str | None) -> bool:
        """Say whether this release can work on a database of that version.

        What it does not know is newer: migrations keep the release before them at work.
        """
        return version == self.newest or (version is not None and version not in self.known)


def known_versions(folder: Path) -> Versions:
    """Read the versions out of a service's migrations. Blocking."""
    scripts = ScriptDirectory(str(folder))
    found = frozenset(script.revision for script in scripts.walk_revisions())
    return Versions(scripts.get_current_head(), found)


def upgrade(folder: Path, dsn: str) -> None:
    """Bring a database to the newest version. Blocking: run it in a thread of its own."""
    command.upgrade(alembic_config(folder, dsn), "head")


def check(folder: Path, dsn: str) -> None:
    """Raise ``alembic.util.CommandError`` when the tables declared and migrated differ."""
    command.check(alembic_config(folder, dsn))


def run(metadata: sa.MetaData, context: EnvironmentContext) -> None:
    """What every service's ``env.py`` does: one transaction, waiting only briefly for locks."""
    asyncio.run(_run(metadata, context))


async def is_current(folder: Path, dsn: str, metadata: sa.MetaData, role: str) -> bool:
    """Say whether a database is at the newest version and the runtime role has its rights."""
    newest = ScriptDirectory.from_config(alembic_config(folder, dsn)).get_current_head()
    engine = create_async_engine(_driver(dsn), poolclass=pool.NullPool)
    try:
        async with engine.connect() as conn:
            if await database_version(conn) != newest:
                return False
            tables = [table.fullname for table in metadata.sorted_tables]
            query = sa.text(
                "SELECT bool_and(has_table_privilege(:role, name, 'SELECT'))"
                " FROM unnest(CAST(:tables AS text[])) AS name"
            )
            granted = (await conn.execute(query, {"role": role, "tables": tables})).scalar_one()
            return granted is True
    finally:
        await engine.dispose()


async def database_version(conn: AsyncConnection) -> str | None:
    """Return the version a database was migrated to, None when it never was."""
    if (await conn.execute(sa.text("SELECT to_regclass('alembic_version')"))).scalar() is None:
        return None
    found = await conn.execute(sa.text("SELECT version_num FROM alembic_version"))
    return found.scalar_one_or_none()


async def grant_runtime(dsn: str, metadata: sa.MetaData, role: str) -> None:
    """Give the runtime role its rights on every table, and none beyond them."""
    engine = create_async_engine(_driver(dsn), poolclass=pool.NullPool)
    async with engine.begin() as conn:
        for schema in sorted({table.schema or "public" for table in metadata.tables.values()}):
            await _grant_schema(conn, schema, role)
        for table in metadata.sorted_tables:
            rights = ", ".join(runtime_rights(table))
            await conn.exec_driver_sql(f"REVOKE ALL ON {table.fullname} FROM {role}")
            await conn.exec_driver_sql(f"GRANT {rights} ON {table.fullname} TO {role}")
    await engine.dispose()


def runtime_rights(table: sa.Table) -> tuple[str, ...]:
    """Return what the runtime role may do with a table: ``info["rights"]`` where it is narrower
    than usual, a column in parentheses (``UPDATE (published_at)``)."""
    usual = _ADD if table.info.get("append_only") else _ALL
    return tuple(table.info.get("rights", usual))


async def _grant_schema(conn: AsyncConnection, schema: str, role: str) -> None:
    for statement in (
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}",  # alembic_version
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    ):
        await conn.exec_driver_sql(statement)


async def _run(metadata: sa.MetaData, context: EnvironmentContext) -> None:
    engine = create_async_engine(
        _driver(context.config.attributes["dsn"]),
        poolclass=pool.NullPool,
        connect_args={"server_settings": {"lock_timeout": "5000", "timezone": "UTC"}},
    )
    async with engine.begin() as connection:
        # Two that migrate at once take turns; the second finds nothing left to do.
        key = advisory_key("db", "migrate")
        await connection.exec_driver_sql("SELECT pg_advisory_xact_lock($1)", (key,))
        await connection.run_sync(_migrate, metadata, context)
    await engine.dispose()


def _migrate(connection: Any, metadata: sa.MetaData, context: EnvironmentContext) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        compare_server_default=True,
        render_item=_render,
        include_schemas=any(table.schema for table in metadata.tables.values()),
    )
    with context.begin_transaction():
        context.run_migrations()


def _render(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """Write our column types into migrations as what they are in the database."""
    if kind == "type" and isinstance(item, JsonText | JsonOf):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return "postgresql.JSON()" if isinstance(item, JsonText) else "postgresql.JSONB()"
    if kind == "type" and isinstance(item, TextLines):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return "postgresql.ARRAY(sa.Text())"
    return False


def _driver(dsn: str) -> str:
    return dsn.replace("postgresql://", "postgresql+asyncpg://", 1)
