"""Events that come in another order than they happened in, twice, or not in their turn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from random import Random
from typing import Any, get_args

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.analytics.consumers import CONSUMER, PROJECTIONS
from shared.domain.ids import new_id
from shared.events.envelope import Envelope
from shared.events.payload import Payload
from shared.inbox.inbox import Inbox
from tests.support.examples import example
from tests.support.facts import contents, forget, reported
from tests.support.feeding import Feed
from tests.support.generated import trading_company
from tests.support.services import ServiceUnderTest

COMPANY = trading_company(seed=5, customers=3, chains=5)


@pytest.fixture(autouse=True)
async def _leave_nothing(analytics: ServiceUnderTest) -> AsyncIterator[None]:
    """A bus keeps the order of a document; what is shown here without it is not kept."""
    yield
    await forget(analytics)


async def test_an_older_state_does_not_replace_a_newer_one(analytics: ServiceUnderTest) -> None:
    """The inbox is emptied, so that only the version guard stands in the way."""
    feed = Feed(Inbox(analytics.db, CONSUMER))
    await feed.send_by_topic(COMPANY.envelopes())
    before = await contents(analytics)
    await forget(analytics, facts=False)
    await feed.send_by_topic([each for each in COMPANY.envelopes() if each.sequence == 1])
    assert await contents(analytics) == before


def shuffled(envelopes: Iterable[Envelope], random: Random, *, inside: bool) -> list[Envelope]:
    """The events in another order, some of them twice; ``inside``: also within one document."""
    all_of = list(envelopes)
    again = random.sample(all_of, len(all_of) // 3)
    mixed = all_of + again
    random.shuffle(mixed)
    if inside:
        return mixed
    # Keep the order of each document: put its events, in order, into the places it has.
    queues: dict[Any, list[Envelope]] = {}
    for each in sorted(mixed, key=lambda each: each.sequence):
        queues.setdefault(each.aggregate_id, []).append(each)
    return [queues[each.aggregate_id].pop(0) for each in mixed]


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(random=st.randoms(use_true_random=False), inside=st.booleans(), batch=st.integers(1, 40))
async def test_events_in_any_order_with_repetitions_give_the_same_facts(
    analytics: ServiceUnderTest, random: Random, inside: bool, batch: int
) -> None:
    """S192, invariant 12: by property; also when a document's own events change places."""
    inbox = Inbox(analytics.db, CONSUMER)
    await forget(analytics)
    await Feed(inbox).send_by_topic(COMPANY.envelopes())
    expected = await contents(analytics)
    await forget(analytics)
    await Feed(inbox, batch).send(shuffled(COMPANY.envelopes(), random, inside=inside))
    assert await contents(analytics) == expected


@pytest.mark.parametrize("event", reported(), ids=lambda event: event.event_type)
async def test_an_event_of_every_type_becomes_a_fact(
    analytics: ServiceUnderTest, event: type[Payload]
) -> None:
    """S192: with every field filled, and then with every field empty that may be."""
    feed, ids = Feed(Inbox(analytics.db, CONSUMER)), {}
    for version, payload in enumerate((example(event), emptied(example(event))), 1):
        ids[version] = getattr(payload, f"{event.aggregate_type}_id")
        await feed.send([enveloped(payload, version)])
    assert len(set(ids.values())) == 1
    (projection,) = [each for each in PROJECTIONS if issubclass(event, each.state)]
    async with analytics.db.reading() as conn:
        parked = await conn.execute(sa.text("SELECT type, error FROM parked"))
        found = await conn.execute(sa.select(projection.table))
    assert [dict(row) for row in parked] == []
    assert [(row["id"], row["version"]) for row in found] == [(ids[1], 2)]


def emptied(payload: Payload) -> Payload:
    """The payload without what it may be without: null, or no lines."""
    return payload.model_copy(
        update={
            name: None if type(None) in get_args(field.annotation) else ()
            for name, field in type(payload).model_fields.items()
            if type(None) in get_args(field.annotation) or name == "lines"
        }
    )


def enveloped(payload: Payload, version: int) -> Envelope:
    key = getattr(payload, f"{payload.aggregate_type}_id")
    return Envelope(
        id=new_id(),
        type=payload.event_type,
        source=f"/kehu/{payload.service}",
        aggregate_type=payload.aggregate_type,
        aggregate_id=key,
        sequence=version,
        time=datetime(2026, 11, 21, 8, 30, tzinfo=UTC),
        data=payload.model_dump_json(),
        actor_id=key,
        correlation_id=key,
    )
