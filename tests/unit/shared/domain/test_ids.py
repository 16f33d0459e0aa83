"""Identifiers: UUIDv7, ascending within a process."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import time_machine

from shared.domain.ids import new_id


def milliseconds(made: UUID) -> int:
    return made.int >> 80


def test_an_id_is_a_uuid_of_version_7() -> None:
    made = new_id()
    assert made.version == 7
    assert made.variant == RFC_4122


def test_an_id_starts_with_the_time_it_was_made() -> None:
    before = time.time() * 1000
    assert abs(milliseconds(new_id()) - before) < 5_000


def test_ids_ascend_even_within_one_millisecond() -> None:
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_ids_ascend_in_each_of_several_threads() -> None:
    with ThreadPoolExecutor(8) as threads:
        batches = list(threads.map(lambda _: [new_id() for _ in range(2_000)], range(8)))
    assert all(batch == sorted(batch) for batch in batches)
    assert len({each for batch in batches for each in batch}) == 16_000


def test_ids_ascend_when_the_clock_goes_back() -> None:
    """Faults F11: a clock that is set back ten seconds."""
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=60), tick=False) as clock:
        first = new_id()
        clock.shift(-10)
        assert new_id() > first
