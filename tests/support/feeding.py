"""Feeds events to a consumer as the bus would: records with offsets, batch by batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from shared.bus.port import Record
from shared.events.envelope import Envelope
from shared.inbox.inbox import Inbox


class Feed:
    """One partition per topic. ``send`` may be called again and again; offsets go on.

    What was handed over can be read again, as a replay does.
    """

    def __init__(self, inbox: Inbox, batch: int = 100) -> None:
        self.inbox = inbox
        self.batch = batch
        self.log: dict[str, list[Record]] = defaultdict(list)

    async def read(
        self, topic: str, partition: int, from_offset: int, limit: int
    ) -> Sequence[Record]:
        """As ``Bus.read``."""
        assert partition == 0
        return self.log[topic][from_offset : from_offset + limit]

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
        log, value = self.log[topic], envelope.data.encode()
        log.append(
            Record(topic, 0, len(log), envelope.key, value, envelope.headers(), envelope.time)
        )
        return log[-1]


def by_topic(envelopes: Iterable[Envelope]) -> Iterator[Envelope]:
    """The events, those of one topic together."""
    yield from sorted(envelopes, key=lambda each: each.topic)
