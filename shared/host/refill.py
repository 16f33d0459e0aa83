"""Fills a log that was lost anew from the outboxes, in one go and while the system runs.

The consumers leave their groups, forget how far they came, and read the log from its beginning;
their inboxes know what was applied. It can be broken off at any moment and begun again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime

from shared.bus.port import Bus, GroupBusy
from shared.db.unit_of_work import Database
from shared.events.catalogue import all_events
from shared.host.console import Say
from shared.host.errors import HostError, RelayStays
from shared.inbox import store
from shared.inbox.attendance import keep_away
from shared.inbox.consumer import Consumer
from shared.outbox.relay import lost_topics
from shared.outbox.republish import republish, republish_all
from shared.service import Service

#: A member that died is missed by its group only after a while.
PATIENCE_SECONDS = 120.0
_PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Refill:
    """What will be published again, by service, and who begins anew."""

    events: Mapping[str, int]
    consumers: Sequence[str]


async def refill_if_lost(
    services: Sequence[Service], dbs: Mapping[str, Database], bus: Bus, say: Say
) -> bool:
    """Fill the log when it is empty though events were published: it was lost, or the system was
    given another bus. For a host of all services, before it starts them."""
    producers = [each.name for each in services if "outbox" in each.metadata.tables]
    for name in producers:
        async with dbs[name].reading() as conn:
            if await lost_topics(conn.driver, bus):
                break
    else:
        return False
    done = await refill(services, dbs, bus, producers, None, say)
    say(f"the log of the bus was empty: {sum(done.events.values()):,} events are published again")
    return True


async def refill(
    services: Sequence[Service],
    dbs: Mapping[str, Database],
    bus: Bus,
    producers: Sequence[str],
    since: datetime | None,
    say: Say,
) -> Refill:
    """Have the events of ``producers`` published again, and every consumer of them begin anew;
    without ``since`` every consumer of anything: inbound topics were lost as well.

    Raises:
        HostError: a group does not become empty, a relay does not yield, or ``since`` is given and
            the log is empty.
    """
    topics = {event.topic for event in all_events() if event.service in producers}
    if since is not None:
        await _require_remains([dbs[name] for name in producers], bus)
    begun: list[str] = []
    async with AsyncExitStack() as stack:
        for service in services:
            if service.consumers:
                await stack.enter_async_context(keep_away(dbs[service.name]))
        for service in services:
            for consumer in service.consumers:
                if concerned := consumer.topics & topics if since else consumer.topics:
                    await _rewind(bus, consumer, concerned, say)
                    await _forget(dbs[service.name], consumer, concerned)
                    begun.append(consumer.name)
        events = {name: await _republish(dbs[name], bus, since) for name in producers}
    return Refill(events, begun)


async def _republish(database: Database, bus: Bus, since: datetime | None) -> int:
    if since is not None:
        return await republish(database, since)
    try:
        return await republish_all(database, bus)
    except TimeoutError:
        raise RelayStays(database.service) from None


async def _require_remains(databases: Sequence[Database], bus: Bus) -> None:
    """A log with a hole at its beginning would be no log: nothing could be built from it."""
    query = "SELECT DISTINCT topic FROM outbox WHERE published_at IS NOT NULL"
    for database in databases:
        async with database.reading() as conn:
            known = [row[0] for row in await conn.driver.fetch(query)]
        filled = {place.topic for place, end in (await bus.end_offsets(known)).items() if end}
        if lost := sorted(set(known) - filled):
            raise HostError(f"{', '.join(lost)}: the log is empty; only --from beginning fills it.")


async def _rewind(bus: Bus, consumer: Consumer, topics: frozenset[str], say: Say) -> None:
    """Rewind a group as soon as it is empty. A bus that has only just come back may refuse a few
    times for reasons of its own."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    told = False
    while True:
        try:
            await bus.rewind(consumer.name, topics)
            return
        except Exception as error:
            if time.monotonic() > deadline:
                if not isinstance(error, GroupBusy):
                    raise
                raise HostError(
                    f"{consumer.name} is still being consumed after {PATIENCE_SECONDS:.0f} s."
                    " Stop the workers that do not stop by themselves, and run this again."
                ) from None
            if not told and isinstance(error, GroupBusy):
                say(f"waiting until nobody consumes {consumer.name}")
                told = True
        await asyncio.sleep(_PAUSE_SECONDS)


async def _forget(database: Database, consumer: Consumer, topics: frozenset[str]) -> None:
    async with database.pool.transaction() as conn:
        await store.enter(conn, consumer.name)
        await store.forget_positions(conn, consumer.name, topics)
