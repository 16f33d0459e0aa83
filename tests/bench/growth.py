"""python -m tests.bench.growth: what a list and a search cost at 10,000 and at 1,000,000 customers.

A hundred thousand customers are generated; ten copies of each, with other ids and numbers, make
the million, so every piece of a name is as common as in the original. One request at a time.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import Mapping
from typing import NamedTuple

import asyncpg
import httpx
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from services.customer.customers.periods import LENGTHS, periods_in_sql
from shared.embedded import EmbeddedPostgres
from tests.bench import company
from tests.support import services
from tests.support.postgres import empty, free_folder
from tests.support.services import ServiceUnderTest

SMALL, GENERATED, COPIES = 10_000, 100_000, int(os.environ.get("KEHU_BENCH_COPIES", "10"))
REPEATS = 200
REQUESTS: Mapping[str, str] = {
    "list of 50": "/v1/customers?page_size=50",
    "list of a region": "/v1/customers?page_size=50&region=上海",
    "search 华为, two characters": "/v1/customers?page_size=50&q=华为",
    "search 公司, in every name": "/v1/customers?page_size=50&q=公司",
    "search huawei, pinyin": "/v1/customers?page_size=50&q=huawei",
    "search 上海华为, rarer": "/v1/customers?page_size=50&q=上海华为",
    "its second page of 25": "/v1/customers?page_size=25&q=上海华为&page_token=",
    "search 12345, digits": "/v1/customers?page_size=50&q=12345",
    "search of what is not there": "/v1/customers?page_size=50&q=魑魅魍魉",
}
_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename = 'customer' AND indexdef NOT LIKE '%UNIQUE%'
"""
#: With ids of now, each its own as it depends on the row, and the periods these are made in: the
#: last of the terms.
_COPY = f"""
INSERT INTO customer SELECT (jsonb_populate_record(c, jsonb_build_object(
    'id', made.id, 'number', c.number || '-' || copy,
    'search_terms', c.search_terms[:cardinality(c.search_terms) - {len(LENGTHS)}]
        || {periods_in_sql("made.id")}
))).*
FROM customer AS c, generate_series(2, $1::int) AS copy,
    LATERAL (SELECT uuidv7() AS id WHERE c.number <> copy::text OFFSET 0) AS made
"""

console = Console(highlight=False)


class Measured(NamedTuple):
    """The median duration of a request, in milliseconds, client included; and the rows it found."""

    ms: float
    found: int


async def main() -> None:
    """Measure small, grow, measure again, print both and their ratio."""
    folder, _ = free_folder("bench")
    postgres = EmbeddedPostgres(folder)
    server = postgres.start()
    await empty(server)  # what a run that was broken off left
    try:
        service = await services.launch(server, "customer")
        await _add(service, SMALL)
        small = await _measure(service)
        await _add(service, GENERATED - SMALL)
        await _copy(service)
        _print(small, await _measure(service))
        await services.stop(server, service)
    finally:
        postgres.stop()


async def _add(service: ServiceUnderTest, count: int) -> None:
    with Progress(console=console) as progress:
        task = progress.add_task("customers", total=count)
        await company.add_customers(
            service, count, lambda done: progress.update(task, completed=done), seed=count
        )


async def _copy(service: ServiceUnderTest) -> None:
    conn = await asyncpg.connect(service.owner_dsn, command_timeout=3600)
    indexes = await conn.fetch(_INDEXES)
    for index in indexes:
        await conn.execute(f'DROP INDEX "{index["indexname"]}"')
    console.print(f"copying to {GENERATED * COPIES:,} …")
    await conn.execute(_COPY, COPIES)
    await conn.execute("SET maintenance_work_mem = '512MB'")
    for index in indexes:
        console.print(f"indexing {index['indexname']} …")
        await conn.execute(index["indexdef"])
    await conn.execute("VACUUM ANALYZE customer")
    await conn.close()


async def _measure(service: ServiceUnderTest) -> dict[str, Measured]:
    await company.analyze(service)
    async with service.client("data_steward") as client:
        return {name: await _median(client, path) for name, path in REQUESTS.items()}


async def _median(client: httpx.AsyncClient, path: str) -> Measured:
    taken = []
    if path.endswith("page_token="):
        first = await client.get(path.removesuffix("&page_token="))
        path += first.json()["next_page_token"]
    for _ in range(REPEATS):
        started = time.perf_counter()
        answer = await client.get(path)
        taken.append(time.perf_counter() - started)
        answer.raise_for_status()
    found = len(answer.json()["items"])
    return Measured(statistics.median(taken[REPEATS // 10 :]) * 1000, found)


def _print(small: Mapping[str, Measured], large: Mapping[str, Measured]) -> None:
    table = Table(title="Milliseconds a request, in one process with its client; found")
    for name in ("request", f"{SMALL:,}", "", f"{GENERATED * COPIES:,}", "", "ratio"):
        table.add_column(name, justify="right")
    for name, before in small.items():
        after = large[name]
        row = (f"{before.ms:.2f}", f"{before.found}", f"{after.ms:.2f}", f"{after.found}")
        table.add_row(name, *row, f"{after.ms / before.ms:.2f}")
    console.print(table)


if __name__ == "__main__":
    asyncio.run(main())
