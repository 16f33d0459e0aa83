"""What a process says of itself: that it lives, that it started, and whether to give it work."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest

from shared.db.migrations import Versions, known_versions
from shared.http.health import Readiness
from tests.support.services import ServiceUnderTest


@pytest.fixture
async def client(analytics: ServiceUnderTest) -> AsyncIterator[httpx.AsyncClient]:
    async with analytics.anonymous() as client:
        yield client


async def migrated_to(service: ServiceUnderTest, version: str | None) -> None:
    """Have the database say that it is at another version."""
    session = await asyncpg.connect(service.owner_dsn)
    await session.execute("DELETE FROM alembic_version")
    if version is not None:
        await session.execute("INSERT INTO alembic_version VALUES ($1)", version)
    await session.close()


async def readiness(client: httpx.AsyncClient) -> tuple[int, str | None]:
    answer = await client.get("/readyz")
    return answer.status_code, answer.json().get("reason")


async def test_a_process_is_ready_when_its_database_answers(client: httpx.AsyncClient) -> None:
    assert await readiness(client) == (200, None)
    started = await client.get("/startupz")
    assert (started.status_code, started.json()) == (200, {"status": "started"})


async def test_a_process_whose_migrations_are_missing_gets_no_work(
    analytics: ServiceUnderTest, client: httpx.AsyncClient
) -> None:
    """But one that works on the tables of a later release goes on: else no release could follow
    another without a pause."""
    versions = known_versions(analytics.service.migrations)
    assert versions.newest is not None
    missing = (503, "analytics: migrations are missing")
    try:
        await migrated_to(analytics, None)
        assert await readiness(client) == missing
        await migrated_to(analytics, "of_a_later_release")
        assert await readiness(client) == (200, None)
    finally:
        await migrated_to(analytics, versions.newest)
    assert await readiness(client) == (200, None)


def test_a_database_of_an_earlier_version_does_not_suffice() -> None:
    versions = Versions("third", frozenset({"first", "second", "third"}))
    assert [versions.suffices(each) for each in ("second", "third", "fourth", None)] == [
        *(False, True, True, False),
    ]


async def test_a_process_that_drains_gets_no_work_and_has_started_all_the_same(
    analytics: ServiceUnderTest, client: httpx.AsyncClient
) -> None:
    before = analytics.app.state.readiness
    assert await readiness(client) == (200, None)
    before.drain()
    try:
        assert await readiness(client) == (503, "draining")
        assert (await client.get("/startupz")).status_code == 200
        assert (await client.get("/livez")).status_code == 200
    finally:
        before._draining = False


async def test_a_process_without_its_database_lives_and_has_not_started(
    analytics: ServiceUnderTest,
) -> None:
    """Liveness touches nothing: an outage of the database restarts no process."""
    settings = analytics.service.settings(database_url="postgresql://nobody@127.0.0.1:1/nothing")
    app = analytics.service.create_app(settings, db=analytics.service.create_database(settings))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kehu") as client:
        assert (await client.get("/livez")).status_code == 200
        assert (await client.get("/startupz")).status_code == 503
        status, reason = await readiness(client)
    assert status == 503
    assert reason is not None
    assert reason.startswith("analytics: ")


async def test_a_process_that_was_told_to_stop_at_once_has_not_started() -> None:
    waiting = Readiness()
    waiting.drain()
    assert not await waiting.has_started()
