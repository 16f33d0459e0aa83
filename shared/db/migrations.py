"""Migrations: run by the owner of the tables; the runtime role gets just the rights it needs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Literal, cast

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.db.types import JsonOf, JsonText

#: Marks a table the runtime role may only read and add to: ``info=APPEND_ONLY``.
APPEND_ONLY = {"append_only": True}


def alembic_config(folder: Path, dsn: str) -> Config:
    """Return Alembic's configuration for the migrations in ``folder``."""
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.attributes["dsn"] = dsn
    return config


def upgrade(folder: Path, dsn: str) -> None:
    """Bring a database to the newest version. Blocking: run it in a thread of its own."""
    command.upgrade(alembic_config(folder, dsn), "head")


def check(folder: Path, dsn: str) -> None:
    """Raise ``alembic.util.CommandError`` when the tables declared and migrated differ."""
    command.check(alembic_config(folder, dsn))


def run(metadata: sa.MetaData, context: EnvironmentContext) -> None:
    """What every service's ``env.py`` does: one transaction, waiting only briefly for locks."""
    asyncio.run(_run(metadata, context))


async def grant_runtime(dsn: str, metadata: sa.MetaData, role: str) -> None:
    """Give the runtime role its rights on every table: append-only ones stay append-only."""
    engine = create_async_engine(_driver(dsn), poolclass=pool.NullPool)
    async with engine.begin() as conn:
        for schema in sorted({table.schema or "public" for table in metadata.tables.values()}):
            await _grant_schema(conn, schema, role)
        for table in metadata.sorted_tables:
            if table.info.get("append_only"):
                statement = f"REVOKE UPDATE, DELETE, TRUNCATE ON {table.fullname} FROM {role}"
                await conn.exec_driver_sql(statement)
    await engine.dispose()


async def _grant_schema(conn: AsyncConnection, schema: str, role: str) -> None:
    rights = "SELECT, INSERT, UPDATE, DELETE"
    for statement in (
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"GRANT {rights} ON ALL TABLES IN SCHEMA {schema} TO {role}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    ):
        await conn.exec_driver_sql(statement)


async def _run(metadata: sa.MetaData, context: EnvironmentContext) -> None:
    engine = create_async_engine(
        _driver(cast(Config, context.config).attributes["dsn"]),
        poolclass=pool.NullPool,
        connect_args={"server_settings": {"lock_timeout": "5000", "timezone": "UTC"}},
    )
    async with engine.begin() as connection:
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
    return False


def _driver(dsn: str) -> str:
    return dsn.replace("postgresql://", "postgresql+asyncpg://", 1)
