"""What experiments measure on a running cluster: events counted in the databases, and what a
process says of itself."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
import psutil
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from shared.embedded.state import HOST
from shared.host.options import Opened
from tests.faults.separate import Separate

_PUBLISHED = sa.text("SELECT count(*) FROM outbox WHERE published_at IS NOT NULL")
_WAITING = sa.text(
    "SELECT count(*) FROM outbox WHERE published_at IS NULL AND seq <= coalesce(:until, seq)"
)
_NEWEST = sa.text("SELECT coalesce(max(seq), 0) FROM outbox")
_APPLIED = sa.text("SELECT count(*) FROM inbox WHERE consumer = :consumer")


async def published(here: Opened) -> int:
    """How many events were published."""
    return sum([await _ask(here, name, _PUBLISHED) for name in _producers(here)])


async def newest(here: Opened) -> dict[str, int]:
    """The place of the newest event in each outbox."""
    return {name: await _ask(here, name, _NEWEST) for name in _producers(here)}


async def waiting(here: Opened, until: Mapping[str, int] | None = None) -> int:
    """How many events wait to be published, of those up to a place in each outbox."""
    places = until or {}
    counts = [await _ask(here, name, _WAITING, until=places.get(name)) for name in _producers(here)]
    return sum(counts)


async def applied(here: Opened, service: str, consumer: str) -> int:
    """How many events a consumer has applied."""
    return await _ask(here, service, _APPLIED, consumer=consumer)


async def metric(target: Separate, program: str, name: str, **labels: str) -> float:
    """The sum of a metric over all that has these labels, as a program tells it."""
    port = target.cluster.programs.ports[program]
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
        said = (await client.get(f"http://{HOST}:{port}/metrics")).text
    return sum(
        sample.value
        for family in text_string_to_metric_families(said)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def memory(target: Separate, program: str) -> int:
    """How many MiB a program holds."""
    process = psutil.Process(target.cluster.parts[program].pid)
    return int(process.memory_info().rss) // 2**20


def _producers(here: Opened) -> list[str]:
    return [each.name for each in here.services if "outbox" in each.metadata.tables]


async def _ask(here: Opened, service: str, query: sa.TextClause, **given: object) -> int:
    async with here.dbs[service].reading() as conn:
        return int(await conn.scalar(query, given))
