"""Feeds events to a consumer as the bus would: records with offsets, batch by batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby

from shared.bus.port import Record
from shared.events.envelope import Envelope
from shared.inbox.inbox import Inbox


class Feed:
    """One partition per topic. ``send`` may be called again and again; offsets go on."""

    def __init__(self, inbox: Inbox, batch: int = 100) -> None:
        self.inbox = inbox
        self.batch = batch
        self.ends: dict[str, int] = defaultdict(int)

    async def send(self, envelopes: Iterable[Envelope]) -> None:
        """Hand the events over in this order, a batch of one topic after another."""
        for topic, run in groupby(envelopes, key=lambda each: each.topic):
            records = [self._record(topic, each) for each in run]
            for start in range(0, len(records), self.batch):
                await self.inbox.handle(records[start : start + self.batch])

    async def send_by_topic(self, envelopes: Iterable[Envelope]) -> None:
        """Hand the events over one topic after another, in order within each."""
        await self.send(by_topic(envelopes))

    def _record(self, topic: str, envelope: Envelope) -> Record:
        offset = self.ends[topic]
        self.ends[topic] = offset + 1
        value = envelope.data.encode()
        return Record(topic, 0, offset, envelope.key, value, envelope.headers(), envelope.time)


def by_topic(envelopes: Iterable[Envelope]) -> Iterator[Envelope]:
    """The events, those of one topic together."""
    yield from sorted(envelopes, key=lambda each: each.topic)
