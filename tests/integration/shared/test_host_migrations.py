"""Every service's tables are made by its migrations, and by nothing else."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from shared.db.migrations import check, grant_runtime, is_current, upgrade
from shared.service import NAMES, Service, load

ROLE = "kehu_migration_test"


async def prepared(service: Service, dsn: str) -> None:
    await asyncio.to_thread(upgrade, service.migrations, dsn)
    session = await asyncpg.connect(dsn)
    if not await session.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", ROLE):
        await session.execute(f"CREATE ROLE {ROLE}")
    await session.close()


@pytest.mark.parametrize("name", NAMES)
async def test_migrations_from_zero_make_the_declared_tables(name: str, database_url: str) -> None:
    service = load(name)
    await prepared(service, database_url)
    await asyncio.to_thread(check, service.migrations, database_url)
    await asyncio.to_thread(upgrade, service.migrations, database_url)


@pytest.mark.parametrize("name", NAMES)
async def test_a_database_is_current_when_migrated_and_granted(
    name: str, database_url: str
) -> None:
    service = load(name)

    async def current() -> bool:
        return await is_current(service.migrations, database_url, service.metadata, ROLE)

    await prepared(service, database_url)
    assert not await current(), "the runtime role has no rights yet"
    await grant_runtime(database_url, service.metadata, ROLE)
    assert await current()
    session = await asyncpg.connect(database_url)
    await session.execute("UPDATE alembic_version SET version_num = 'older'")
    await session.close()
    assert not await current()


@pytest.mark.parametrize("name", NAMES)
async def test_append_only_tables_can_only_be_added_to(name: str, database_url: str) -> None:
    """Invariant 16: postings and histories are corrected by adding, never by changing."""
    service = load(name)
    await prepared(service, database_url)
    await grant_runtime(database_url, service.metadata, ROLE)
    session = await asyncpg.connect(database_url)
    for table in service.metadata.sorted_tables:
        allowed = [
            right
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
            if await session.fetchval(
                "SELECT has_table_privilege($1, $2, $3)", ROLE, table.fullname, right
            )
        ]
        append_only = table.info.get("append_only", False)
        wanted = ["SELECT", "INSERT"] if append_only else ["SELECT", "INSERT", "UPDATE", "DELETE"]
        assert allowed == wanted, table.fullname
    await session.close()
