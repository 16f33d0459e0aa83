"""How many are let in at once, who waits, and who is sent away."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message

from shared.http.admission import Admission, Overloaded, Place

MESSAGE: Message = {"type": "http.request", "body": b"", "more_body": False}


async def settled() -> None:
    """Let everybody go on as far as they can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_those_who_find_no_place_wait_and_the_rest_is_refused_at_once() -> None:
    admission = Admission(2, patience=60)
    for _ in range(2):
        await admission.enter()
    waiting = [asyncio.create_task(admission.enter()) for _ in range(2)]
    await settled()
    with pytest.raises(Overloaded):
        await admission.enter()
    admission.leave()
    await settled()
    assert [each.done() for each in waiting] == [True, False]
    admission.leave()
    await settled()
    assert waiting[1].done()


async def test_who_has_waited_too_long_is_refused_and_leaves_the_line() -> None:
    admission = Admission(1, patience=0.01)
    await admission.enter()
    for _ in range(3):
        with pytest.raises(Overloaded):
            await admission.enter()
    admission.leave()
    await admission.enter()


async def test_a_place_that_is_given_to_somebody_who_is_gone_is_not_lost() -> None:
    """Whether they went before it was given to them or just then."""
    admission = Admission(2, patience=60)
    for _ in range(2):
        await admission.enter()
    before, just_then = (asyncio.create_task(admission.enter()) for _ in range(2))
    await settled()
    before.cancel()
    await settled()
    admission.leave()
    just_then.cancel()
    await settled()
    assert before.cancelled()
    assert just_then.cancelled()
    await admission.enter()
    waiting = [asyncio.create_task(admission.enter()) for _ in range(2)]
    await settled()
    assert not any(each.done() for each in waiting)
    for _ in waiting:
        admission.leave()
    await asyncio.gather(*waiting)


async def test_a_slow_client_holds_up_nobody() -> None:
    """While it is waited for others are let in, and it goes on before those who wait."""
    admission, sent = Admission(1, patience=60), asyncio.Event()

    async def slow() -> Message:
        await sent.wait()
        return MESSAGE

    await admission.enter()
    place = Place(admission, slow)
    receiving = asyncio.create_task(place.receive())
    await settled()
    await admission.enter()
    later = asyncio.create_task(admission.enter())
    await settled()
    sent.set()
    await settled()
    assert not receiving.done()
    admission.leave()
    assert await receiving == MESSAGE
    assert not later.done()
    place.leave()
    await later


async def test_a_client_that_hangs_up_gives_no_place_back_twice() -> None:
    admission = Admission(1, patience=60)

    async def silent() -> Message:
        await asyncio.Event().wait()
        return MESSAGE

    await admission.enter()
    place = Place(admission, silent)
    receiving = asyncio.create_task(place.receive())
    await settled()
    await admission.enter()
    receiving.cancel()
    await settled()
    assert receiving.cancelled()
    place.leave()
    waiting = asyncio.create_task(admission.enter())
    await settled()
    assert not waiting.done()
    admission.leave()
    await waiting
