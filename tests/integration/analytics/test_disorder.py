"""Events that come in another order than they happened in, twice, or not in their turn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.analytics.consumers import CONSUMER
from shared.events.envelope import Envelope
from shared.inbox.inbox import Inbox
from tests.support.facts import contents, forget
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
