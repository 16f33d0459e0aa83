"""One system for all stories; its promises are checked when they are through."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.company import Company
from tests.support.system import System, new_system


@pytest.fixture(scope="session")
async def system() -> AsyncIterator[System]:
    """The whole system, started empty."""
    async with new_system() as system:
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
