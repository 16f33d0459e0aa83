"""A poison event is parked with its reason; its aggregate waits, all others go on."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from shared.bus.port import Bus, Record
from shared.db.unit_of_work import Database
from shared.domain.errors import Conflict, NotFound
from shared.inbox import metrics, parked
from shared.inbox.arrival import Reason
from shared.inbox.inbox import Inbox
from tests.support.things import (
    GAPS,
    by_partition,
    change,
    column,
    count,
    effects_consumer,
    effects_of,
    relay_all,
    scalar,
    topic_records,
)


@pytest.fixture
def inbox(things: Database) -> Inbox:
    return Inbox(things, effects_consumer(), retry_pauses=(0.01,))


async def deliver(inbox: Inbox, bus: Bus) -> None:
    await relay_all(inbox.database, bus)
    for partition in by_partition(await topic_records(bus)):
        await inbox.handle(partition)


async def waiting(inbox: Inbox) -> list[parked.ParkedEvent]:
    async with inbox.database.reading() as conn:
        return await parked.list_parked(conn, consumer=inbox.consumer.name)


async def balance(inbox: Inbox, bus: Bus) -> None:
    """Published = applied + parked (reliability rule 9), and no gap (rule 7)."""
    known = await column(
        inbox.database,
        "SELECT event_id FROM inbox UNION ALL SELECT event_id FROM parked"
        " WHERE resolved_at IS NULL",
    )
    assert sorted(map(str, known)) == sorted(
        record.headers["ce_id"] for record in await topic_records(bus)
    )
    assert await scalar(inbox.database, GAPS) == 0


async def test_a_poison_event_holds_its_aggregate_alone(inbox: Inbox, bus: Bus) -> None:
    good = await change(inbox.database, "a", "b")
    bad = await change(inbox.database, "a", "poison", "c", note="?")
    await change(inbox.database, "d", thing=bad)
    await change(inbox.database, "c", thing=good)
    await deliver(inbox, bus)
    assert await effects_of(inbox.database, good.id) == ["a", "b", "c"]
    assert await effects_of(inbox.database, bad.id) == ["a"]
    events = await waiting(inbox)
    assert [event.reason for event in events] == ["failed", "held", "held", "held"]
    assert [event.aggregate_version for event in events] == [2, 3, 4, 5]
    assert events[0].error == "ValueError: cannot swallow poison"
    assert events[0].attempts == 2
    await balance(inbox, bus)
    assert await metrics.sample_parked(inbox.database, inbox.consumer) == {"failed": 1, "held": 3}


async def test_a_parked_event_is_told_of_loudly_and_those_behind_it_quietly(
    inbox: Inbox, bus: Bus
) -> None:
    """With all that is needed to look at it, and nothing of what it carries."""
    bad = await change(inbox.database, "poison", "secret")
    with capture_logs() as lines:
        await deliver(inbox, bus)
    first, second = await waiting(inbox)
    told = [each for each in lines if each["event"] == "event parked"]
    assert [each["log_level"] for each in told] == ["error", "info"]
    assert told[0] == {
        "event": "event parked",
        "log_level": "error",
        "consumer": "things.effects",
        "event_id": str(first.event_id),
        "type": "crm.things.thing.changed.v1",
        "aggregate_id": str(bad.id),
        "reason": "failed",
        "error": "ValueError: cannot swallow poison",
        "look": f"kehu parked show things.effects {first.event_id}",
    }
    assert told[1]["event_id"] == str(second.event_id)
    assert "secret" not in str(lines)


async def test_later_deliveries_are_held_in_the_fast_path(inbox: Inbox, bus: Bus) -> None:
    bad = await change(inbox.database, "a", "poison")
    await deliver(inbox, bus)
    other = await change(inbox.database, "x")
    await change(inbox.database, "late", thing=bad)
    await deliver(inbox, bus)
    await deliver(inbox, bus)  # the applied and the parked ones come again
    assert [event.reason for event in await waiting(inbox)] == ["failed", "held"]
    assert await effects_of(inbox.database, other.id) == ["x"]
    assert await effects_of(inbox.database, bad.id) == ["a"]
    await balance(inbox, bus)


async def test_mending_and_retrying_applies_all_in_version_order(inbox: Inbox, bus: Bus) -> None:
    bad = await change(inbox.database, "a", "poison", "c", note="?")
    await deliver(inbox, bus)
    poison, *_, last = await waiting(inbox)
    still = await parked.retry(inbox, last.event_id, by="operator")
    assert (still.applied, still.failed) == ((), poison.event_id)
    mended = poison.data.replace("poison", "cured")
    event = await parked.mend(
        inbox.database, poison.consumer, poison.event_id, data=mended, by="operator"
    )
    assert event.attempts == 3
    assert event.original is not None
    assert "poison" in event.original
    outcome = await parked.retry(inbox, poison.event_id, by="operator")
    assert len(outcome.applied) == 3
    assert outcome.failed is None
    assert await effects_of(inbox.database, bad.id) == ["a", "cured", "c"]
    assert await waiting(inbox) == []
    assert await column(inbox.database, "SELECT resolution FROM parked ORDER BY seq") == [
        *("mended", "retried", "retried"),
    ]
    await change(inbox.database, "d", thing=bad)
    await deliver(inbox, bus)
    assert await effects_of(inbox.database, bad.id) == ["a", "cured", "c", "d"]
    await balance(inbox, bus)


async def test_dropping_leaves_no_gap_and_lets_the_others_go_on(inbox: Inbox, bus: Bus) -> None:
    bad = await change(inbox.database, "a", "poison", "c", "poison too", "e")
    await deliver(inbox, bus)
    first, _, second, _ = await waiting(inbox)
    outcome = await parked.drop(inbox, first.event_id, by="operator", why="test data")
    assert outcome.failed == second.event_id
    assert await effects_of(inbox.database, bad.id) == ["a", "c"]
    await parked.drop(inbox, second.event_id, by="operator", why="test data")
    assert await effects_of(inbox.database, bad.id) == ["a", "c", "e"]
    async with inbox.database.reading() as conn:
        dropped = await parked.get(conn, inbox.consumer.name, first.event_id)
    assert (dropped.resolution, dropped.resolved_by, dropped.note) == (
        *("dropped", "operator", "test data"),
    )
    await deliver(inbox, bus)
    assert await effects_of(inbox.database, bad.id) == ["a", "c", "e"]
    await balance(inbox, bus)


async def test_what_is_dealt_with_or_unknown_is_refused(inbox: Inbox, bus: Bus) -> None:
    await change(inbox.database, "poison")
    await deliver(inbox, bus)
    [event] = await waiting(inbox)
    await parked.drop(inbox, event.event_id, by="operator", why="test data")
    with pytest.raises(Conflict):
        await parked.retry(inbox, event.event_id, by="operator")
    with pytest.raises(Conflict):
        await parked.drop(inbox, event.event_id, by="operator", why="again")
    with pytest.raises(Conflict):
        await parked.mend(inbox.database, event.consumer, event.event_id, data="{}", by="operator")
    with pytest.raises(NotFound):
        await parked.retry(inbox, uuid4(), by="operator")


async def test_retrying_while_events_arrive_leaves_none_behind(inbox: Inbox, bus: Bus) -> None:
    bad = await change(inbox.database, "a", "poison", *(str(n) for n in range(20)))
    await deliver(inbox, bus)
    poison, *_ = await waiting(inbox)
    mended = poison.data.replace("poison", "cured")
    await parked.mend(inbox.database, poison.consumer, poison.event_id, data=mended, by="operator")
    await change(inbox.database, *(str(n) for n in range(20, 60)), thing=bad)
    await relay_all(inbox.database, bus)
    records = [r for r in await topic_records(bus) if r.key == str(bad.id)]

    async def arrive() -> None:
        for record in records[22:]:
            await inbox.handle([record])

    await asyncio.gather(arrive(), parked.retry(inbox, poison.event_id, by="operator"))
    assert await waiting(inbox) == []
    expected = ["a", "cured", *(str(n) for n in range(60))]
    assert await effects_of(inbox.database, bad.id) == expected
    assert await scalar(inbox.database, GAPS) == 0


def spoil(record: Record, **headers: str | None) -> Record:
    changed = {**record.headers, **headers}
    return replace(record, headers={key: value for key, value in changed.items() if value})


MALFORMED: dict[str, tuple[Reason, Any]] = {
    "no id": (Reason.HEADERS, lambda r: spoil(r, ce_id=None)),
    "no headers": (Reason.HEADERS, lambda r: replace(r, headers={})),
    "id is no UUID": (Reason.HEADERS, lambda r: spoil(r, ce_id="42")),
    "short type": (Reason.HEADERS, lambda r: spoil(r, ce_type="crm")),
    "no sequence": (Reason.HEADERS, lambda r: spoil(r, ce_sequence="first")),
    "sequence 0": (Reason.HEADERS, lambda r: spoil(r, ce_sequence="0")),
    "huge sequence": (Reason.HEADERS, lambda r: spoil(r, ce_sequence="9" * 40)),
    "time without zone": (Reason.HEADERS, lambda r: spoil(r, ce_time="2026-01-01T00:00:00")),
    "end of time": (Reason.HEADERS, lambda r: spoil(r, ce_time="0001-01-01T00:00:00+14:00")),
    "NUL in a header": (Reason.SOURCE, lambda r: spoil(r, ce_source="/kehu/\x00")),
    "key is no UUID": (Reason.HEADERS, lambda r: replace(r, key="\x00", headers={})),
    "no type of ours": (Reason.HEADERS, lambda r: spoil(r, ce_type="crm.things.thing.Sold")),
    "unknown version": (
        Reason.UNKNOWN_VERSION,
        lambda r: spoil(r, ce_type="crm.things.thing.changed.v2"),
    ),
    "foreign source": (Reason.SOURCE, lambda r: spoil(r, ce_source="/kehu/order")),
    "wrong key": (Reason.MISPLACED, lambda r: replace(r, key=str(uuid4()))),
    "wrong topic": (Reason.MISPLACED, lambda r: replace(r, topic="crm.order.order")),
    "not JSON": (Reason.DATA, lambda r: replace(r, value=b"{")),
    "empty": (Reason.DATA, lambda r: replace(r, value=b"")),
    "not UTF-8": (Reason.DATA, lambda r: replace(r, value=b'{"text": "\xff"}')),
    "NUL": (Reason.DATA, lambda r: replace(r, value=b"\x00")),
    "field missing": (Reason.DATA, lambda r: replace(r, value=b'{"text": "a"}')),
    "field of another kind": (
        Reason.DATA,
        lambda r: replace(r, value=b'{"text": [], "version": 1}'),
    ),
    "deep": (Reason.DATA, lambda r: replace(r, value=b"[" * 100_000)),
}


@pytest.mark.parametrize("case", MALFORMED)
async def test_malformed_events_are_parked_once_each(inbox: Inbox, bus: Bus, case: str) -> None:
    reason, spoiled = MALFORMED[case]
    await change(inbox.database, "a", "b")
    good = await change(inbox.database, "c")
    await relay_all(inbox.database, bus)
    records = await topic_records(bus)
    bad = next(r for r in records if r.key != str(good.id))
    batch = [spoiled(record) if record is bad else record for record in records]
    await inbox.handle(batch)
    await inbox.handle(batch)
    events = await waiting(inbox)
    assert events[0].reason == reason
    assert events[0].error
    assert await effects_of(inbox.database, good.id) == ["c"]
    if case not in ("wrong key", "key is no UUID"):  # who else waits cannot be known from these
        assert [event.reason for event in events[1:]] == ["held"]


@pytest.mark.parametrize("event_type", ["crm.things.thing.sold.v1", "crm.things.thing.sold.v2"])
async def test_an_unknown_type_is_skipped_and_holds_nothing(
    inbox: Inbox, bus: Bus, event_type: str
) -> None:
    """A consumer survives the events of a newer release: what follows of the aggregate applies."""
    thing = await change(inbox.database, "a", "b", "c")
    await relay_all(inbox.database, bus)
    first, second, third = await topic_records(bus)
    new = replace(spoil(second, ce_type=event_type), value=b'{"unheard": "of"}')
    skipped = metrics.SKIPPED.labels(inbox.consumer.name, first.topic)
    before = skipped._value.get()
    await inbox.handle([first, new, third])
    await inbox.handle([new])
    assert await waiting(inbox) == []
    assert await effects_of(inbox.database, thing.id) == ["a", "c"]
    assert skipped._value.get() == before + 1
    await balance(inbox, bus)


async def test_an_unknown_type_must_come_from_its_service(inbox: Inbox, bus: Bus) -> None:
    await change(inbox.database, "a")
    await relay_all(inbox.database, bus)
    [record] = await topic_records(bus)
    forged = spoil(record, ce_type="crm.things.thing.sold.v1", ce_source="/kehu/order")
    await inbox.handle([forged])
    assert [event.reason for event in await waiting(inbox)] == [Reason.SOURCE]


async def test_headers_can_be_mended_too(inbox: Inbox, bus: Bus) -> None:
    thing = await change(inbox.database, "a", "b")
    await relay_all(inbox.database, bus)
    first, second = await topic_records(bus)
    await inbox.handle([replace(first, headers={}), second])
    junk, _ = await waiting(inbox)
    outcome = await parked.retry(inbox, junk.event_id, by="operator")
    assert outcome.failed == junk.event_id
    headers = dict(first.headers)
    await parked.mend(inbox.database, junk.consumer, junk.event_id, headers=headers, by="operator")
    outcome = await parked.retry(inbox, junk.event_id, by="operator")
    assert len(outcome.applied) == 2
    assert await effects_of(inbox.database, thing.id) == ["a", "b"]
    assert await scalar(inbox.database, GAPS) == 0


async def test_junk_that_names_no_event_can_be_dropped(inbox: Inbox, bus: Bus) -> None:
    await change(inbox.database, "a")
    await relay_all(inbox.database, bus)
    [record] = await topic_records(bus)
    junk = replace(record, headers={}, key="junk", offset=7)
    await inbox.handle([junk])
    [event] = await waiting(inbox)
    await parked.drop(inbox, event.event_id, by="operator", why="junk")
    await inbox.handle([junk])
    assert await waiting(inbox) == []
    assert await count(inbox.database, "inbox") == 0


async def test_the_list_is_paged_and_filtered(inbox: Inbox, bus: Bus) -> None:
    for _ in range(3):
        await change(inbox.database, "poison", "b")
    await deliver(inbox, bus)
    async with inbox.database.reading() as conn:
        page = await parked.list_parked(conn, limit=4)
        rest = await parked.list_parked(conn, after=page[-1].seq)
        failed = await parked.list_parked(conn, reason="failed")
        assert await parked.list_parked(conn, consumer="other") == []
        assert await parked.list_parked(conn, resolved=True) == []
    assert (len(page), len(rest), len(failed)) == (4, 2, 3)
