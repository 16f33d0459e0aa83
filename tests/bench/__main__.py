"""python -m tests.bench: requests per second and latencies beside the floor, as a table.

Six operations of one API worker with authentication on, each in turn with the floor, over several
rounds; the ratio is the median of the rounds. The database keeps every commit (fsync).
"""

from __future__ import annotations

import asyncio
import itertools
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic_core import to_json
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from shared.embedded import EmbeddedPostgres
from shared.embedded.state import free_port
from tests.bench import company, operations
from tests.bench.floor import recording
from tests.bench.http_load import Request, Result, load
from tests.bench.operations import Measured
from tests.bench.serving import KEYS
from tests.support import services
from tests.support.postgres import empty, free_folder
from tests.support.services import ServiceUnderTest, token_keys

CUSTOMERS = int(os.environ.get("KEHU_BENCH_CUSTOMERS", "100000"))
ROUNDS, CLIENTS, SECONDS = 5, 16, 2.0
PREPARED_A_ROUND = 150
SEARCH = "/v1/customers?page_size=50&q=%E5%8D%8E%E4%B8%BA"  # 华为

console = Console(highlight=False)


async def main() -> None:
    """Prepare, measure, print."""
    folder, _ = free_folder("bench")
    postgres = EmbeddedPostgres(folder)
    server = postgres.start()
    await empty(server)  # what a run that was broken off left
    try:
        customer = await services.launch(server, "customer")
        order = await services.launch(server, "order")
        with recording() as noted:
            measured = await _customers(customer, noted)
            measured_orders = await _orders(order, noted)
        await customer.db.close()
        await order.db.close()
        results = await _measure(customer, measured) + await _measure(order, measured_orders)
        _print(results)
        for each in (customer, order):
            await services.stop(server, each)
    finally:
        postgres.stop()


async def _customers(service: ServiceUnderTest, noted: list[Any]) -> list[Measured]:
    await _progress("customers", CUSTOMERS, company.add_customers, service, CUSTOMERS)
    await company.analyze(service)
    create = await operations.create_customer(service, noted)
    one = f"/v1/customers/{create.floor.answer['id']}"
    reads = {"get": one, "list of 50": "/v1/customers?page_size=50", "search": SEARCH}
    measured = [
        await operations.read_customers(service, noted, path, name) for name, path in reads.items()
    ]
    return [*measured, create]  # last, for what it adds is not like what is searched


async def _orders(service: ServiceUnderTest, noted: list[Any]) -> list[Measured]:
    count = 2 * ROUNDS * PREPARED_A_ROUND + 4
    invoices = await _progress("invoices", count, company.open_invoices, service, count)
    # Last, so that the price list they were placed by is still the one in force.
    placed = await _progress("orders", count, company.placed_orders, service, count)
    taken = await _progress("receipts", count, company.receipts, service, invoices)
    await company.analyze(service)
    pairs = list(zip(taken, invoices, strict=True))
    return [
        await operations.approve_order(service, noted, placed),
        await operations.allocate_receipt(service, noted, pairs),
    ]


async def _progress(title: str, total: int, work: Callable[..., Awaitable[Any]], *args: Any) -> Any:
    with Progress(console=console) as progress:
        task = progress.add_task(f"{title:<10}", total=total)
        return await work(*args, lambda done: progress.update(task, completed=done))


async def _measure(
    service: ServiceUnderTest, measured: Sequence[Measured]
) -> list[tuple[Measured, list[tuple[Result, Result]]]]:
    dsn = str(service.db.engine.url.render_as_string(hide_password=False)).replace("+asyncpg", "")
    keys = to_json(await token_keys()).decode()
    with tempfile.NamedTemporaryFile(suffix=".floor") as file:
        file.write(pickle.dumps([each.floor for each in measured]))
        file.flush()
        with (
            _server("kehu", service.service.name, dsn, keys) as kehu,
            _server("floor", file.name, dsn, keys) as floor,
        ):
            await asyncio.gather(_listens(kehu), _listens(floor))
            return [(each, await _rounds(each, kehu, floor)) for each in measured]


async def _listens(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


async def _rounds(each: Measured, kehu: int, floor: int) -> list[tuple[Result, Result]]:
    rounds = []
    for port, first in ((kehu, each.requests), (floor, iter([each.floor_request]))):
        # One alone: with it a process loads what it needs from then on, the readings of characters.
        await load(port, islice(first, 1), clients=1, seconds=SECONDS)
    for _ in range(ROUNDS):
        mine = await _round(each, kehu, each.requests)
        its = await _round(each, floor, itertools.repeat(each.floor_request))
        rounds.append((mine, its))
    return rounds


async def _round(each: Measured, port: int, requests: Iterator[Request]) -> Result:
    some = islice(requests, PREPARED_A_ROUND) if each.limited else requests
    result = await load(port, some, clients=CLIENTS, seconds=SECONDS)
    if result.refused:
        raise RuntimeError(f"{each.name}: {result.refused} requests were refused")
    return result


@contextmanager
def _server(kind: str, what: str, dsn: str, keys: str) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.serving", kind, what, dsn, str(port)]
    environment = os.environ | {KEYS: keys, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(command, env=environment)
    try:
        yield port
    finally:
        process.kill()
        process.wait()


def _print(results: Sequence[tuple[Measured, list[tuple[Result, Result]]]]) -> None:
    table = Table(title=f"One API worker, {CLIENTS} clients, {CUSTOMERS:,} customers")
    for name in ("operation", "requests/s", "p50 ms", "p99 ms", "floor/s", "p50", "p99", "ratio"):
        table.add_column(name, justify="right")
    for each, rounds in results:
        row = [each.name]
        for side in (0, 1):
            row.append(f"{statistics.median(r[side].rate for r in rounds):,.0f}")
            row += [
                f"{statistics.median(r[side].percentile(share) for r in rounds):.1f}"
                for share in (0.5, 0.99)
            ]
        row.append(f"{statistics.median(mine.rate / its.rate for mine, its in rounds):.2f}")
        table.add_row(*row)
    console.print(table)


if __name__ == "__main__":
    asyncio.run(main())
