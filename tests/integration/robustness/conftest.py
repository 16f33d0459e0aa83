"""Four furnished services."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
import structlog

from shared.service import NAMES
from tests.conftest import Launch
from tests.integration.robustness.worlds import World, furnish


@pytest.fixture(scope="module")
async def worlds(launch: Launch) -> dict[str, World]:
    """All services by name, each with something of everything in it."""
    return {name: await furnish(await launch(name)) for name in NAMES}


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """What the services log, which is no traceback: nothing here is a defect."""
    with structlog.testing.capture_logs() as entries:
        yield entries
    defects = [each for each in entries if each["event"] == "defect"]
    assert not defects, f"{len(defects)} defects, the first: {defects[0]}"
