"""The example of a consumer as another system would run it: on a real Kafka, killed half-way."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from shared.bus.kafka import KafkaBus
from shared.bus.port import Message
from shared.domain.clock import now
from shared.domain.ids import new_id
from shared.events.envelope import Envelope
from shared.events.order import OrderApproved, OrderClosed, OrderPlaced, OrderState
from tests.support.bus import until
from tests.support.examples import example

EXAMPLE = Path(__file__).parents[3] / "examples" / "follow_orders.py"
LIFE: tuple[tuple[str, type[OrderState]], ...] = (
    ("placed", OrderPlaced),
    ("approved", OrderApproved),
    ("closed", OrderClosed),
)


@pytest.fixture
async def bus(kafka: str) -> AsyncIterator[KafkaBus]:
    bus = KafkaBus({"bootstrap_servers": kafka})
    await bus.create_topics([OrderPlaced.topic])
    yield bus
    await bus.close()


class Follower:
    """The other system: a program that may be killed, and the database it writes."""

    def __init__(self, kafka: str, folder: Path) -> None:
        self.database = folder / "orders.db"
        settings = {
            "KEHU_KAFKA": kafka,
            "ORDERS_DB": str(self.database),
            "GROUP": f"followers-{new_id()}",
        }
        self._environment = os.environ | settings

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run it during the block, and kill it with -9."""
        with subprocess.Popen([sys.executable, EXAMPLE], env=self._environment) as process:
            try:
                yield process
            finally:
                process.kill()

    def seen(self, envelopes: Sequence[Envelope]) -> int:
        """How many of the events it has seen."""
        wanted = {str(each.id) for each in envelopes}
        return len(wanted & {row[0] for row in self._rows("SELECT ce_id FROM seen")})

    def orders(self) -> dict[str, tuple[str, int]]:
        """The status of each order, and how many events had an effect on it."""
        rows = self._rows("SELECT id, status, events FROM orders")
        return {row[0]: (row[1], row[2]) for row in rows}

    def _rows(self, query: str) -> list[tuple[str, str, int]]:
        with closing(sqlite3.connect(self.database, timeout=10)) as db:
            try:
                return db.execute(query).fetchall()
            except sqlite3.OperationalError:  # it has not made its tables yet
                return []


def life_of(order_id: UUID) -> list[Envelope]:
    """What happens to one order."""
    envelopes = []
    for version, (status, kind) in enumerate(LIFE, start=1):
        order = example(kind).model_copy(update={"order_id": order_id, "status": status})
        envelopes.append(
            Envelope(
                id=new_id(),
                type=kind.event_type,
                source="/kehu/order",
                aggregate_type="order",
                aggregate_id=order_id,
                sequence=version,
                time=now(),
                data=order.model_dump_json(),
                actor_id=new_id(),
                correlation_id=new_id(),
            )
        )
    return envelopes


async def publish(bus: KafkaBus, envelopes: Sequence[Envelope]) -> None:
    """As the relay does."""
    await bus.publish(
        [Message(each.topic, each.key, each.data.encode(), each.headers()) for each in envelopes]
    )


async def test_every_order_is_found_once_by_a_follower_that_is_killed(
    bus: KafkaBus, kafka: str, tmp_path: Path
) -> None:
    """F3 for a system of somebody else: killed half-way, with events delivered again meanwhile."""
    ids = [new_id() for _ in range(100)]
    lives = [life_of(each) for each in ids]
    early = [each for life in lives for each in life[:2]]
    late = [life[2] for life in lives]
    follower = Follower(kafka, tmp_path)
    await publish(bus, early)
    with follower.running():
        await until(lambda: follower.seen(early) >= 20, 60)
    assert follower.seen(late) == 0
    await publish(bus, early[-50:])  # a relay that was killed before it marked them
    await publish(bus, late)
    with follower.running() as process:
        await until(lambda: follower.seen(early + late) == 300, 60)
        await asyncio.sleep(0.2)
        assert process.poll() is None
    found = follower.orders()
    assert [found[str(each)] for each in ids] == [("closed", 3)] * 100


async def test_a_follower_whose_position_is_lost_reads_again_and_changes_nothing(
    bus: KafkaBus, kafka: str, tmp_path: Path
) -> None:
    """The broker forgot how far it had come: all events come again, and are known."""
    first, last = life_of(new_id()), life_of(new_id())
    follower = Follower(kafka, tmp_path)
    await publish(bus, first)
    with follower.running():
        await until(lambda: follower.seen(first) == 3, 60)
    again = Follower(kafka, tmp_path)  # a group of another name, the same database
    await publish(bus, last)
    with again.running():
        await until(lambda: again.seen(last) == 3, 60)
    found = again.orders()
    for life in (first, last):
        assert found[str(life[0].aggregate_id)] == ("closed", 3)
