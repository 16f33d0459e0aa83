"""Every service's tables are made by its migrations, and by nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from shared.db.migrations import check, upgrade
from shared.service import NAMES, load
from tests.support.postgres import create_database, drop_database, test_server


@pytest.fixture
async def empty_database() -> AsyncIterator[str]:
    """The address of a database with nothing in it."""
    name = f"migrated_{uuid4().hex[:12]}"
    yield await create_database(test_server(), name)
    await drop_database(test_server(), name)


@pytest.mark.parametrize("name", NAMES)
async def test_migrations_from_zero_make_the_declared_tables(
    name: str, empty_database: str
) -> None:
    """A table or column that no migration makes, or that only a migration knows, is refused; and
    a second run finds nothing left to do."""
    folder = load(name).migrations
    await asyncio.to_thread(upgrade, folder, empty_database)
    await asyncio.to_thread(check, folder, empty_database)
    await asyncio.to_thread(upgrade, folder, empty_database)
