"""A chain of entries, for the tests of the audit."""

from __future__ import annotations

import pytest

from shared.db.unit_of_work import Database
from tests.support.auditing import seal_all
from tests.support.things import change


@pytest.fixture
async def chain(things: Database) -> Database:
    """A chain of twelve entries."""
    for each in range(3):
        await change(things, *"abcd"[each:], *"xyz"[:each])
    assert await seal_all(things) == 12
    return things
