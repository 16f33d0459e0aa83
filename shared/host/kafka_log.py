"""The log of Kafka after erasures. Kafka rewrites no record: what a topic with names holds is
published once more out of the outbox, which has pseudonyms by then, and what stood before is
deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.db.unit_of_work import Database
from shared.host.console import Say
from shared.host.errors import RelayStays
from shared.outbox.republish import publish_anew
from shared.privacy.log import Person, telling

if TYPE_CHECKING:
    from shared.bus.kafka import KafkaBus


async def forget(database: Database, bus: KafkaBus, people: Sequence[Person], say: Say) -> int:
    """Take the names out of the log; return in how many records they stood.

    Offsets go on, so every group goes on where it is: what it reads a second time it knows by the
    ids, and what it had not read yet comes again. Broken off at any moment, it can be done again.

    Raises:
        RelayStays: the relay of the service does not yield.
    """
    found = await telling(bus, people)
    if not found:
        return 0
    say(f"publishing anew what {', '.join(sorted(found))} holds")
    async with bus.new_files(found):
        try:
            begins = await publish_anew(database, bus, found)
        except TimeoutError:
            raise RelayStays(database.service) from None
        await bus.delete_before(begins)
    return sum(found.values())
