"""Opens the bus that the settings name."""

from __future__ import annotations

from shared.bus.port import Bus
from shared.bus.postgres import PostgresBus
from shared.events.catalogue import all_events
from shared.host.errors import HostError


async def open_bus(url: str | None) -> Bus:
    """Return the bus at ``url``, with a topic for every aggregate family.

    Raises:
        HostError: no address is given.
    """
    if url is None:
        raise HostError("Set KEHU_BUS_URL: the databases are named in the environment too.")
    bus = PostgresBus(url)
    await bus.migrate()
    await bus.create_topics({event.topic for event in all_events()})
    return bus
