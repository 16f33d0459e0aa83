"""Four furnished services, and the assurance that nothing they do here is a defect."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, MutableMapping
from typing import Any

import pytest
import structlog

from shared.embedded import PostgresServer
from shared.service import NAMES
from tests.conftest import Launch
from tests.integration.robustness.telling import told
from tests.integration.robustness.worlds import World, furnish
from tests.support import services

Worlds = dict[str, World]


@pytest.fixture(scope="session")
async def worlds(server: PostgresServer) -> AsyncIterator[Worlds]:
    """All services by name, with something of everything in them; nobody spoils what is there."""
    launched = {name: await services.launch(server, name) for name in NAMES}
    yield {name: await furnish(each) for name, each in launched.items()}
    for each in launched.values():
        await each.check()
        await services.stop(server, each)


@pytest.fixture
async def spoilt(launch: Launch) -> Worlds:
    """The same, for those who leave nothing as it is."""
    return {name: await furnish(await launch(name)) for name in NAMES}


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """What the services log, which is no traceback: nothing here is a defect."""
    with structlog.testing.capture_logs() as entries:
        yield entries
    defects = [each for each in entries if each["event"] == "defect"]
    assert not defects, f"{len(defects)} defects, the first: {defects[0]}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [
        report for state in ("passed", "failed") for report in terminalreporter.getreports(state)
    ]
    for line in told(each for report in reports for each in report.user_properties):
        terminalreporter.write_line(line)
