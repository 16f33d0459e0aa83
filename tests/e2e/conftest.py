"""One system on each bus for all stories; its promises are checked when they are through."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.company import Company
from tests.support.kafka.own import own_kafka
from tests.support.outside import ALLOWED
from tests.support.system import System, new_system


@pytest.fixture(scope="session", params=["postgres", "kafka"])
def bus_settings(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """What the environment says of the bus."""
    if request.param == "postgres":
        yield {}
        return
    request.getfixturevalue("kafka_jars")
    with own_kafka() as cluster:
        yield {"KEHU_KAFKA": cluster.start()}


@pytest.fixture(scope="session")
async def system(bus_settings: dict[str, str]) -> AsyncIterator[System]:
    """The whole system, started empty."""
    settings = bus_settings | {"KEHU_INBOUND_SOURCES": json.dumps(ALLOWED)}
    async with new_system(settings=settings) as system:
        await system.start()
        yield system
        await system.drained()
        before = await system.contents()
        assert await system.publish_again() > 0
        await system.drained()
        assert await system.contents() == before, "an event that came again had an effect"
        assert await system.violations() == []
        assert await system.replay_differences() == 0
        await system.stop()


@pytest.fixture(scope="session")
async def company(system: System) -> AsyncIterator[Company]:
    """The people of the system."""
    company = Company(system)
    yield company
    await company.close()
