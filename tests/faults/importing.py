"""Files that are imported while everything is killed: every row must be there once.

Every second customer carries an external id, which the database keeps unique; the others would
show it if a batch were taken twice. The rows of a sales history are alike, and all count.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import count

import httpx
import sqlalchemy as sa

from shared.host.options import Opened
from tests.faults.load import Load
from tests.faults.office import Office, Trade
from tests.support.calling import Caller, settle
from tests.support.importing import (
    CUSTOMER_JOBS,
    CUSTOMERS,
    OVER,
    SALES,
    SALES_JOBS,
    csv_file,
    finished,
    upload,
)

_CUSTOMER_ROWS, _SALES_ROWS, _AMOUNT = 600, 200, Decimal("12.34")
_PATIENCE_SECONDS = 90.0
_LOOK_SECONDS = 0.2

_NAMED = sa.text("SELECT count(*) FROM customer WHERE name LIKE :names")
_CHAINS = sa.text(
    "SELECT (SELECT count(*) FROM delivery WHERE import_id = :id) AS deliveries,"
    " (SELECT count(*) FROM invoice WHERE import_id = :id) AS invoices,"
    " (SELECT count(*) FROM receipt WHERE import_id = :id) AS receipts,"
    " (SELECT coalesce(sum(total), 0) FROM invoice WHERE import_id = :id) AS amount"
)


@dataclass(frozen=True, slots=True)
class Imported:
    """A file that was taken in, and where its job is looked at."""

    job: str
    client: httpx.AsyncClient
    rows: int
    names: str = ""  # of the customers in it; none in a sales history

    @property
    def id(self) -> str:
        """The job's id."""
        return self.job.rpartition("/")[2]


@dataclass(slots=True)
class Imports:
    """Imports one file after the other while the load lasts."""

    office: Office
    taken: list[Imported] = field(default_factory=list)

    async def go_on(self, load: Load) -> None:
        """Upload a file, follow its job, begin again."""
        for start in self._files():
            if load.stop.is_set():
                return
            try:
                self.taken.append(await start())
            except AssertionError as error:
                load.journal.surprise("an import does not start", error=error)
                return
            await self._follow(self.taken[-1], load.stop)

    def _files(self) -> Iterator[Callable[[], Awaitable[Imported]]]:
        for number in count():
            yield partial(self._customers, number)
            if self.office.trade is not None:
                yield partial(self._sales, self.office.trade)

    async def _customers(self, number: int) -> Imported:
        names = f"第{number}批导入"
        rows = [
            (f"{names}第{row}号公司", f"IMP-{number}-{row}" if row % 2 else "")
            for row in range(_CUSTOMER_ROWS)
        ]
        file = csv_file(("name", "external_id"), rows)
        client = self.office.manager
        job = await _upload(client, CUSTOMERS, CUSTOMER_JOBS, file, accept_duplicates="true")
        return Imported(job, client, len(rows), names)

    async def _sales(self, trade: Trade) -> Imported:
        customer, product = trade.traders[0], trade.products[0]
        row = (customer["number"], "2025-06-30", product["code"], "1", str(_AMOUNT))
        headings = ("customer", "date", "product", "quantity", "amount")
        file = csv_file(headings, [row] * _SALES_ROWS)
        job = await _upload(trade.finance, SALES, SALES_JOBS, file)
        return Imported(job, trade.finance, _SALES_ROWS)

    async def _follow(self, imported: Imported, stop: asyncio.Event) -> None:
        while not stop.is_set():
            with suppress(httpx.TransportError):
                answer = await imported.client.get(imported.job)
                if answer.is_success and answer.json()["status"] in OVER:
                    return
            await asyncio.sleep(_LOOK_SECONDS)

    @property
    def rows(self) -> int:
        """How many rows were taken in."""
        return sum(each.rows for each in self.taken)

    async def finish(self) -> AsyncIterator[str]:
        """Wait until all jobs are over; say which did not take every row."""
        for each in self.taken:
            job = await finished(Caller(each.client), each.job, _PATIENCE_SECONDS)
            if (job["status"], job["created"], job["failed"]) != ("done", each.rows, 0):
                yield f"the import {job} should have taken {each.rows} rows"

    async def compare(self, here: Opened) -> AsyncIterator[str]:
        """Compare what is there with the files; say where they differ."""
        for each in self.taken:
            found = await (_customers_of if each.names else _chains_of)(here, each)
            if found != each.rows:
                yield f"the import {each.id} of {each.rows} rows made {found}"


async def _upload(
    client: httpx.AsyncClient, path: str, jobs: str, content: bytes, **form: str
) -> str:
    answer = await settle(client, upload(path, content, **form), _PATIENCE_SECONDS)
    assert answer.status_code == 202, answer.text
    return f"{jobs}/{answer.json()['id']}"


async def _customers_of(here: Opened, each: Imported) -> object:
    async with here.dbs["customer"].reading() as conn:
        return await conn.scalar(_NAMED, {"names": f"{each.names}%"})


async def _chains_of(here: Opened, each: Imported) -> object:
    """The number of complete chains, or what is there instead."""
    async with here.dbs["order"].reading() as conn:
        found = (await conn.execute(_CHAINS, {"id": each.id})).one()
    alike = found.deliveries == found.invoices == found.receipts
    exact = found.amount == _AMOUNT * found.invoices
    return found.invoices if alike and exact else tuple(found)
