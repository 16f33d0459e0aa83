"""Who migrates a database, when it counts as current, and what its processes may do with it."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from shared.db.migrations import grant_runtime, is_current, upgrade
from shared.host.databases import Databases
from shared.host.errors import HostError
from shared.host.migrate import migrate_all
from shared.host.provision import Place
from shared.service import NAMES, Service, load

ROLE = "kehu_migration_test"


async def prepared(service: Service, dsn: str) -> None:
    await asyncio.to_thread(upgrade, service.migrations, dsn)
    session = await asyncpg.connect(dsn)
    if not await session.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", ROLE):
        await session.execute(f"CREATE ROLE {ROLE}")
    await session.close()


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


#: Tables whose rows are only added and marked, or only added and taken off.
NARROW = {
    "outbox": ["SELECT", "INSERT"],
    "audit_unsealed": ["SELECT", "INSERT", "DELETE"],
    "activity": ["SELECT", "INSERT"],  # but for the details of who is erased
    "credit_assessment": ["SELECT", "INSERT"],  # and the note about them
}


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
        narrow = table.info.get("append_only", False)
        usual = ["SELECT", "INSERT"] if narrow else ["SELECT", "INSERT", "UPDATE", "DELETE"]
        assert allowed == NARROW.get(table.fullname, usual), table.fullname
    await session.close()


async def test_of_an_event_only_the_mark_can_be_changed(database_url: str) -> None:
    """The outbox is the memory of all that happened."""
    service = load("customer")
    await prepared(service, database_url)
    session = await asyncpg.connect(database_url)
    await session.execute(f"GRANT ALL ON outbox TO {ROLE}")  # what an earlier release gave
    await grant_runtime(database_url, service.metadata, ROLE)
    await session.execute(f"SET ROLE {ROLE}")
    await session.execute("UPDATE outbox SET published_at = NULL")
    for statement in ("UPDATE outbox SET payload = '{}'", "DELETE FROM outbox"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await session.execute(statement)
    await session.close()


@pytest.mark.parametrize("as_owner", [False, True])
async def test_only_an_owner_apart_from_the_runtime_role_migrates(
    database_url: str, as_owner: bool
) -> None:
    """Who may alter tables could change the ledger too: the processes must not be that role."""
    place = Place(database_url if as_owner else None, database_url)
    databases = Databases({"order": place}, None)
    with pytest.raises(HostError, match="KEHU_ORDER_OWNER_DATABASE_URL"):
        await migrate_all(databases, [load("order")], print)
    session = await asyncpg.connect(database_url)
    assert await session.fetchval("SELECT to_regclass('journal')") is None
    await session.close()
