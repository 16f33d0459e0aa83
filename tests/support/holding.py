"""What a system holds, looked at from outside: drained, checked, compared, however it runs."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from shared.events.catalogue import all_events
from shared.host.options import Opened
from shared.inbox.consumer import Consumer
from shared.inbox.metrics import unread
from shared.outbox.metrics import sample_outbox
from shared.outbox.republish import republish

_POLL_SECONDS = 0.05
_PASSING_ON = {"outbox", "inbox", "parked", "consumer_position"}


class SystemFailed(AssertionError):
    """The system ended by itself, or did not do in time what it should."""


class Holding(ABC):
    """A running system whose databases and bus can be opened. ``consumers`` are those it has more
    than its services declare."""

    consumers: tuple[Consumer, ...] = ()

    @abstractmethod
    def opened(self) -> AbstractAsyncContextManager[Opened]:
        """The databases and the bus, to be looked into."""

    @abstractmethod
    async def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of ``kehu`` to its end."""

    async def drained(self, patience: float = 60, standstill: float = 15) -> None:
        """Wait until every event is published and every consumer is at the end of the log.

        Events cause events, so both must hold twice with nothing new in between. Gives up sooner
        when nothing moves.
        """
        began = moved = time.monotonic()
        async with self.opened() as here:
            before: object = None
            while True:
                waiting, mark = await _backlog(here, self.consumers)
                if not waiting and mark == before:
                    return
                now = time.monotonic()
                moved = moved if (waiting, mark) == before else now
                before = (waiting, mark) if waiting else mark
                if now - began > patience or now - moved > standstill:
                    raise SystemFailed(f"not drained in {now - began:.0f} s: {waiting}")
                await asyncio.sleep(_POLL_SECONDS)

    async def told(self, customer_id: str) -> dict[str, list[str]]:
        """What each service said about a customer, in its order: ``order.approved``, ..."""
        query = sa.text(
            "SELECT type FROM outbox WHERE payload ->> 'customer_id' = :customer_id ORDER BY seq"
        )
        found: dict[str, list[str]] = {}
        async with self.opened() as here:
            for service in here.services:
                if "outbox" in service.metadata.tables:
                    async with here.dbs[service.name].reading() as conn:
                        types = await conn.execute(query, {"customer_id": customer_id})
                        said = [".".join(each.split(".")[2:4]) for each in types.scalars()]
                    if said:
                        found[service.name] = said
        return found

    async def publish_again(self) -> int:
        """Have every event published once more, as after the loss of the bus; return how many."""
        async with self.opened() as here:
            producers = [each for each in here.services if "outbox" in each.metadata.tables]
            return sum([await republish(here.dbs[each.name]) for each in producers])

    async def contents(self) -> dict[str, str]:
        """A digest of every table, less those that say how events were passed on."""
        found: dict[str, str] = {}
        async with self.opened() as here:
            for service in here.services:
                async with here.dbs[service.name].reading() as conn:
                    for table in service.metadata.sorted_tables:
                        if table.name not in _PASSING_ON:
                            digest = await conn.scalar(_digest(table))
                            found[f"{service.name} {table.fullname}"] = digest
        return found

    async def check(self) -> dict[str, Any]:
        """Check every promise as ``kehu check`` does; return its document."""
        found = await self.run("check", "--json")
        try:
            document: dict[str, Any] = json.loads(found.stdout)
        except ValueError:
            raise SystemFailed(f"kehu check: {found.stdout}{found.stderr}") from None
        return document

    async def violations(self) -> list[Any]:
        """What breaks a promise, within the services and across them."""
        document = await self.check()
        within = [each for listed in document["services"].values() for each in listed]
        return within + list(document["across"])

    async def replay_differences(self, read_model: str = "analytics") -> int:
        """Build a read model anew beside the live one; return the rows that differ."""
        found = await self.run("replay", read_model, "--compare")
        match = re.search(r"(\d+)\s+rows\s+differ", found.stdout)
        if match is None:
            raise SystemFailed(f"kehu replay: {found.stdout}{found.stderr}")
        return int(match[1])


def _digest(table: sa.Table) -> sa.TextClause:
    name = postgresql.dialect().identifier_preparer.format_table(table)
    rows = f"SELECT t::text AS row FROM {name} AS t"
    return sa.text(f"SELECT md5(coalesce(string_agg(row, '' ORDER BY row), '')) FROM ({rows}) AS r")


async def _backlog(here: Opened, more: Sequence[Consumer]) -> tuple[dict[str, int], object]:
    """What is still to be published or applied, and a mark that moves with every event."""
    waiting: dict[str, int] = {}
    for service in here.services:
        if "outbox" in service.metadata.tables:
            sampled = await sample_outbox(here.dbs[service.name])
            waiting[f"{service.name} outbox"] = sampled.events
    for consumer in (*more, *(each for service in here.services for each in service.consumers)):
        before = await unread(here.bus, consumer)
        waiting[consumer.name] = sum(each.records for each in before.values())
    ends = await here.bus.end_offsets({event.topic for event in all_events()})
    return {name: count for name, count in waiting.items() if count}, sum(ends.values())
