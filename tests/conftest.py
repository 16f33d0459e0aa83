"""Fixtures of every tier: the run's PostgreSQL, and services launched on it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import hypothesis
import pytest

from shared.embedded import PostgresServer
from tests.support import services
from tests.support.kafka.own import own_kafka
from tests.support.kafka.quick_start import prepare
from tests.support.postgres import test_server
from tests.support.services import ServiceUnderTest

Launch = Callable[..., Awaitable[ServiceUnderTest]]

# A busy machine is no failure.
hypothesis.settings.register_profile(
    "kehu", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("kehu")


@pytest.fixture(scope="session")
def server() -> PostgresServer:
    """The run's PostgreSQL."""
    return test_server()


@pytest.fixture(scope="session")
def kafka_jars(request: pytest.FixtureRequest) -> None:
    """Kafka's programs; where they are fetched, the run says what it waits for."""
    capture = request.config.pluginmanager.getplugin("capturemanager")
    assert capture is not None
    with capture.global_and_fixture_disabled():
        prepare(lambda line: print(f"\n{line}", flush=True))


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest) -> Iterator[str]:
    """The run's Kafka, as `KEHU_KAFKA` names one: what it names, or one broker of the run's own."""
    if named := os.environ.get("KEHU_KAFKA"):
        yield named
        return
    request.getfixturevalue("kafka_jars")
    with own_kafka() as cluster:
        yield cluster.start()


@pytest.fixture(scope="module")
async def launch(server: PostgresServer) -> AsyncIterator[Launch]:
    """Launches services for a module; their invariants are checked when it is through."""
    launched: list[ServiceUnderTest] = []

    async def start(name: str, **settings: Any) -> ServiceUnderTest:
        launched.append(await services.launch(server, name, **settings))
        return launched[-1]

    yield start
    for each in launched:
        await each.check()
        await services.stop(server, each)


@pytest.fixture(scope="module")
async def customer(launch: Launch) -> ServiceUnderTest:
    """The customer service."""
    return await launch("customer")


@pytest.fixture(scope="module")
async def opportunity(launch: Launch) -> ServiceUnderTest:
    """The opportunity service."""
    return await launch("opportunity")


@pytest.fixture(scope="module")
async def order(launch: Launch) -> ServiceUnderTest:
    """The order service."""
    return await launch("order")


@pytest.fixture(scope="module")
async def analytics(launch: Launch) -> ServiceUnderTest:
    """The analytics service."""
    return await launch("analytics")
