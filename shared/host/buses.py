"""Opens the bus that the settings name."""

from __future__ import annotations

from shared.bus.port import Bus
from shared.bus.postgres import PostgresBus
from shared.events.catalogue import all_events


async def open_bus(url: str) -> Bus:
    """Return the bus at ``url``, with a topic for every aggregate family."""
    bus = PostgresBus(url)
    await bus.migrate()
    await bus.create_topics({event.topic for event in all_events()})
    return bus
