"""Events outlive releases: today's consumers take what was ever published, and what a later
release will publish."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from shared.bus.port import Record
from shared.service import NAMES
from tests.contract.stored import stored_records
from tests.faults.releases import meet


@pytest.mark.parametrize("name", NAMES)
async def test_every_stored_event_and_every_later_one_is_taken(name: str) -> None:
    """F23: by all handlers of a service, on its own tables."""
    meeting = await meet([name])
    assert meeting.outcome.wrong == []
    assert meeting.sent > 0
    assert meeting.unknown > 0


async def test_an_event_that_lost_a_field_is_not_overlooked() -> None:
    """F23: the same look finds what a consumer of today could not read."""
    records = [_without(each, "status") for each in stored_records()]
    meeting = await meet(["analytics"], records)
    assert any("('status',): Field required" in each for each in meeting.parked), meeting.parked


def _without(record: Record, name: str) -> Record:
    data = json.loads(record.value)
    data.pop(name, None)
    return replace(record, value=json.dumps(data).encode())
