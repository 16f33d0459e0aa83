"""A generated company, and the analytics service fed with its events."""

from __future__ import annotations

import pytest

from services.analytics.consumers import CONSUMER
from shared.inbox.inbox import Inbox
from tests.support.feeding import Feed
from tests.support.generated import World, trading_company
from tests.support.services import ServiceUnderTest


@pytest.fixture(scope="module")
def world() -> World:
    """The company."""
    return trading_company()


@pytest.fixture(scope="module")
def feed(analytics: ServiceUnderTest) -> Feed:
    """What hands events to the service."""
    return Feed(Inbox(analytics.db, CONSUMER))


@pytest.fixture(scope="module")
async def fed(analytics: ServiceUnderTest, feed: Feed, world: World) -> ServiceUnderTest:
    """The service, with the whole company in its facts."""
    await feed.send_by_topic(world.envelopes())
    return analytics
