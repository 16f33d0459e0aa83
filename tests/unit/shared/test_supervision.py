"""Parts that crash, end or stand still are started again; a stop is kept."""

import asyncio

import pytest

from shared.pacing import Backoff, wait_for, wait_for_any
from shared.supervision import Progress, Supervised


async def supervise(part: Supervised, stop: asyncio.Event) -> None:
    async with asyncio.timeout(5):
        await part.run(stop)


async def test_a_crashed_part_is_started_again() -> None:
    stop, starts = asyncio.Event(), 0

    async def crashes_twice(stopped: asyncio.Event) -> None:
        nonlocal starts
        starts += 1
        if starts < 3:
            raise RuntimeError("crash")
        stop.set()
        await stopped.wait()

    part = Supervised("part", crashes_twice, backoff=Backoff(first=0.001))
    await supervise(part, stop)
    assert (starts, part.restarts) == (3, 2)


async def test_a_part_that_ends_by_itself_is_started_again() -> None:
    stop, starts = asyncio.Event(), 0

    async def ends(_: asyncio.Event) -> None:
        nonlocal starts
        starts += 1
        if starts == 4:
            stop.set()

    await supervise(Supervised("part", ends, backoff=Backoff(first=0.001)), stop)
    assert starts == 4


async def test_a_part_that_stands_still_is_broken_off_and_started_again() -> None:
    stop, starts = asyncio.Event(), 0

    async def hangs_once(stopped: asyncio.Event) -> None:
        nonlocal starts
        starts += 1
        await (asyncio.sleep(3600) if starts == 1 else stopped.wait())

    part = Supervised("part", hangs_once, backoff=Backoff(first=0.001))
    running = asyncio.ensure_future(supervise(part, stop))
    await asyncio.sleep(0.01)
    part.interrupt()
    await asyncio.sleep(0.05)
    stop.set()
    await running
    assert (starts, part.restarts) == (2, 1)


async def test_cancelling_the_supervisor_cancels_the_part() -> None:
    cancelled = asyncio.Event()

    async def notices(_: asyncio.Event) -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    running = asyncio.ensure_future(Supervised("part", notices).run(asyncio.Event()))
    await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert cancelled.is_set()


def test_standing_still_needs_waiting_work_and_time() -> None:
    impatient = Progress(patience=0.0)
    assert not impatient.stalled({"a": 1})
    assert impatient.stalled({"a": 1})
    assert not impatient.stalled({"a": 1})  # counts anew after the interruption
    assert not impatient.stalled({"a": 2})
    assert not impatient.stalled({})
    patient = Progress(patience=60.0)
    assert not patient.stalled({"a": 1})
    assert not patient.stalled({"a": 1})


def test_one_thing_that_stands_still_is_enough() -> None:
    """Others that move on do not hide it."""
    progress = Progress(patience=0.0)
    assert not progress.stalled({"stuck": 1, "moves": 1})
    assert progress.stalled({"stuck": 1, "moves": 2})
    assert not progress.stalled({"stuck": 2, "moves": 3})
    assert not progress.stalled({"stuck": 3, "moves": 4})


def test_pauses_grow_to_a_cap_and_start_again() -> None:
    backoff = Backoff(first=1.0, cap=8.0)
    pauses = [backoff.next() for _ in range(6)]
    for pause, nominal in zip(pauses, (1, 2, 4, 8, 8, 8), strict=True):
        assert 0.8 * nominal <= pause <= 1.2 * nominal
    backoff.reset()
    assert backoff.next() <= 1.2


async def test_waiting_ends_with_the_event_or_the_time() -> None:
    event, other = asyncio.Event(), asyncio.Event()
    assert not await wait_for(event, 0.01)
    await wait_for_any(event, other, seconds=0.01)
    asyncio.get_running_loop().call_later(0.01, event.set)
    async with asyncio.timeout(2):
        await wait_for_any(event, other, seconds=60)
        assert await wait_for(event, 60)
