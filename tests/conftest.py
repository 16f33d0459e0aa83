"""Fixtures of every tier: the run's PostgreSQL, and services launched on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from shared.embedded import PostgresServer
from tests.support import services
from tests.support.postgres import test_server
from tests.support.services import ServiceUnderTest

Launch = Callable[[str], Awaitable[ServiceUnderTest]]


@pytest.fixture(scope="session")
def server() -> PostgresServer:
    """The run's PostgreSQL."""
    return test_server()


@pytest.fixture(scope="module")
async def launch(server: PostgresServer) -> AsyncIterator[Launch]:
    """Launches services for a module; their invariants are checked when it is through."""
    launched: list[ServiceUnderTest] = []

    async def start(name: str) -> ServiceUnderTest:
        launched.append(await services.launch(server, name))
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
