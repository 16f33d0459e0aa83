"""The embedded system's databases: one per service, and closed to all others."""

from __future__ import annotations

import shutil
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import asyncpg
import pytest

from shared.embedded import PostgresServer
from shared.host.passwords import FILE, Passwords
from shared.host.provision import BUS, Place, bus_dsn, provide
from tests.support.postgres import drop_database

SERVICES = ("alpha", "beta")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder for the file with the passwords."""
    folder = Path(tempfile.mkdtemp(prefix="kehu-test-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
async def places(server: PostgresServer, folder: Path) -> AsyncIterator[Mapping[str, Place]]:
    """Two services provided on the run's server."""
    yield await provided(server, folder)
    for name in (*(f"kehu_{each}" for each in SERVICES), BUS):
        await drop_database(server, name)
    session = await asyncpg.connect(server.dsn("postgres"))
    for name in SERVICES:
        await session.execute(f"DROP ROLE kehu_{name}, kehu_{name}_owner")
    await session.execute(f"DROP ROLE {BUS}")
    await session.close()


async def provided(server: PostgresServer, folder: Path) -> Mapping[str, Place]:
    passwords = Passwords(folder)
    places = await provide(server, SERVICES, passwords)
    passwords.save()
    return places


async def connects(dsn: str) -> bool:
    try:
        session = await asyncpg.connect(dsn)
    except (asyncpg.InvalidPasswordError, asyncpg.InsufficientPrivilegeError):
        return False
    await session.close()
    return True


def in_database(dsn: str, database: str) -> str:
    return dsn.rpartition("/")[0] + f"/{database}"


def owner_of(place: Place) -> str:
    """The address of a place for its owner, which an embedded one has."""
    assert place.owner_dsn is not None
    return place.owner_dsn


async def test_owner_and_processes_reach_their_database(places: Mapping[str, Place]) -> None:
    for place in places.values():
        assert await connects(owner_of(place))
        assert await connects(place.runtime_dsn)


async def test_no_role_reaches_another_services_database(places: Mapping[str, Place]) -> None:
    foreign = ("kehu_beta", BUS, "postgres", "template1")
    for dsn in (owner_of(places["alpha"]), places["alpha"].runtime_dsn):
        assert [name for name in foreign if await connects(in_database(dsn, name))] == []


async def test_the_bus_reaches_its_log_and_nothing_else(
    server: PostgresServer, folder: Path, places: Mapping[str, Place]
) -> None:
    dsn = bus_dsn(server, Passwords(folder))
    assert await connects(dsn)
    assert not await connects(in_database(dsn, "kehu_alpha"))


async def test_the_processes_role_can_make_no_table(places: Mapping[str, Place]) -> None:
    session = await asyncpg.connect(places["alpha"].runtime_dsn)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await session.execute("CREATE TABLE mine (id int)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await session.execute("CREATE TEMPORARY TABLE mine (id int)")
    await session.close()


async def test_the_passwords_are_for_our_eyes_only(
    folder: Path, places: Mapping[str, Place]
) -> None:
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600


async def test_a_second_start_changes_nothing(
    server: PostgresServer, folder: Path, places: Mapping[str, Place]
) -> None:
    before = (folder / FILE).read_bytes()
    assert await provided(server, folder) == places
    assert (folder / FILE).read_bytes() == before


async def test_lost_passwords_are_made_anew(
    server: PostgresServer, folder: Path, places: Mapping[str, Place]
) -> None:
    (folder / FILE).unlink()
    again = await provided(server, folder)
    assert await connects(again["beta"].runtime_dsn)
    assert not await connects(places["beta"].runtime_dsn)


async def test_a_kill_before_the_passwords_were_saved_does_no_harm(
    server: PostgresServer, folder: Path, places: Mapping[str, Place]
) -> None:
    (folder / FILE).unlink()
    await provide(server, SERVICES, Passwords(folder))  # and killed
    again = await provided(server, folder)
    assert await connects(owner_of(again["alpha"]))
