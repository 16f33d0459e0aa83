"""Values that stand nowhere else, and where in the databases of services they are found."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

import sqlalchemy as sa

from shared.events.envelope import Envelope
from tests.support.opportunity import redeliver
from tests.support.services import ServiceUnderTest


async def traces(service: ServiceUnderTest, canaries: Collection[str]) -> dict[str, set[str]]:
    """The tables of a service that have any of the values in any column: table → values."""
    found: dict[str, set[str]] = {}
    async with service.db.reading() as conn:
        for table in service.service.metadata.tables.values():
            name = f'"{table.schema}"."{table.name}"' if table.schema else f'"{table.name}"'
            rows = await conn.execute(sa.text(f"SELECT t::text FROM {name} AS t"))
            text = "\n".join(rows.scalars())
            if here := within(text, canaries):
                found[table.name] = here
    return found


def within(text: str, canaries: Iterable[str]) -> set[str]:
    """The values that a text has, also as bytes and as JSON escapes."""
    forms = {
        each: (each, each.encode().hex(), json.dumps(each)[1:-1].replace("\\", "\\\\"))
        for each in canaries
    }
    return {each for each, spelled in forms.items() if any(form in text for form in spelled)}


async def spread(origin: ServiceUnderTest, *others: ServiceUnderTest) -> None:
    """Hand all that a service published to the consumers of others, as the bus would."""
    query = sa.text("SELECT headers::text, payload::text FROM outbox ORDER BY seq")
    async with origin.db.reading() as conn:
        rows = [(row[0], row[1]) for row in await conn.execute(query)]
    for headers, payload in rows:
        for other in others:
            await redeliver(other, Envelope.parse(json.loads(headers), payload))
