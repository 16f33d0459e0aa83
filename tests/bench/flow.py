"""python -m tests.bench.flow: imports and events through the whole system, in one process.

How many rows a second are imported while relay, consumers and analytics work beside; how many
events a second come from the commit to the analytics tables; and how long a single one takes.
"""

from __future__ import annotations

import asyncio
import csv
import io
import random
import statistics
import time
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from shared.demo import samples
from shared.demo.company import Company
from shared.demo.imports import enter_products, run_job
from shared.demo.organisation import set_up
from shared.demo.stage import Stage
from shared.host.options import Opened
from tests.bench.company import new_name
from tests.support.system import ADMIN_PASSWORD, System, new_system

CUSTOMERS, SINGLES = 10_000, 300
_OCCURRED = sa.text("SELECT event_id, occurred_at FROM outbox WHERE seq > :seq")
_APPLIED = sa.text("SELECT event_id, applied_at FROM inbox WHERE consumer = 'analytics'")
_LAST = sa.text("SELECT coalesce(max(seq), 0) FROM outbox")

console = Console(highlight=False)


class _Company(Company):
    """Signs in with the password that the system under test was started with."""

    def admin_password(self) -> str:
        return ADMIN_PASSWORD


async def main() -> None:
    """Import, wait until analytics has everything, print."""
    table = Table(title="One process: four services, their workers, PostgreSQL beside")
    for name in ("what", "rows", "rows/s", "events", "events/s to analytics"):
        table.add_column(name, justify="right")
    async with new_system() as system, _Company(system.url, system.folder) as company:
        await system.start()
        await set_up(company, Stage(company, console))
        await enter_products(company)
        bought = samples.purchases()
        files = (
            ("customers, generated", "/v1/customers/imports", _generated(CUSTOMERS)),
            ("customers, CDNOW", "/v1/customers/imports", samples.customers_csv(bought)),
            ("purchase chains, CDNOW", "/v1/sales-history/imports", samples.sales_csv(bought)),
        )
        with Progress(console=console) as progress:
            for title, path, content in files:
                table.add_row(title, *await _import(system, company, progress, path, content))
        console.print(table)
        await _singles(system, company)


async def _import(
    system: System, company: Company, progress: Progress, path: str, content: bytes
) -> list[str]:
    await system.drained()
    before, began = await _events(system), time.perf_counter()
    task = progress.add_task(path, total=content.count(b"\n") - 1)
    who = "liqiang" if "customers" in path else "chenjing"
    job, _ = await run_job(company, who, path, content, f"bench-{began}", progress, task)
    await system.drained(patience=600)
    elapsed, events = time.perf_counter() - began, await _events(system) - before
    started, finished = (
        datetime.fromisoformat(job[f"{name}_at"]) for name in ("started", "finished")
    )
    rate = job["rows_done"] / (finished - started).total_seconds()
    if job["failed"]:
        raise RuntimeError(f"{job['failed']} rows were refused")
    return [f"{job['rows_done']:,}", f"{rate:,.0f}", f"{events:,}", f"{events / elapsed:,.0f}"]


async def _singles(system: System, company: Company) -> None:
    """Enter customers one by one; how long until analytics has applied the event of each?"""
    await system.drained()
    async with system.opened() as here:
        async with here.dbs["customer"].reading() as conn:
            last = (await conn.execute(_LAST)).scalar_one()
        for _ in range(SINGLES):
            body = {"name": new_name(random.Random()), "accept_duplicates": True}
            await company.post("zhangmin", "/v1/customers", body)
        await system.drained()
        taken = sorted(await _delays(here, last))
    p50, p99 = statistics.median(taken) * 1000, taken[int(len(taken) * 0.99)] * 1000
    console.print(
        f"{len(taken)} single events, commit to analytics: p50 {p50:.1f} ms, p99 {p99:.1f} ms"
    )


async def _delays(here: Opened, last: int) -> list[float]:
    async with here.dbs["customer"].reading() as conn:
        occurred: dict[UUID, Any] = {
            row[0]: row[1] for row in await conn.execute(_OCCURRED, {"seq": last})
        }
    async with here.dbs["analytics"].reading() as conn:
        applied = {row[0]: row[1] for row in await conn.execute(_APPLIED)}
    return [(applied[each] - at).total_seconds() for each, at in occurred.items()]


async def _events(system: System) -> int:
    total = 0
    async with system.opened() as here:
        for service in here.services:
            async with here.dbs[service.name].reading() as conn:
                total += (await conn.execute(_LAST)).scalar_one()
    return total


def _generated(count: int) -> bytes:
    chance, text = random.Random(1), io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["external_id", "name", "region"])
    for serial in range(count):
        writer.writerow(
            [f"G-{serial}", f"{new_name(chance)}{serial}", chance.choice(["上海", "北京"])]
        )
    return text.getvalue().encode()


if __name__ == "__main__":
    asyncio.run(main())
