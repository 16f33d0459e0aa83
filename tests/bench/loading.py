"""The load on the stream: commits of customers, prepared beforehand.

What is measured is the way of an event from its commit on, not how it comes to be. So aggregates,
events and audit entries are built before the clock runs, by the code that builds them always, and
the statements it sends are noted instead of sent. A commit then is one statement with the same
parameters: the same rows and the same bytes, in a transaction on disk of its own.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast
from uuid import UUID

from services.customer.customers.model import Customer, Profile
from services.customer.customers.repository import Customers
from shared.db.driver import Connection
from shared.domain.actor import SYSTEM
from shared.domain.ids import new_id
from shared.domain.owner import Owner
from tests.bench import company
from tests.support.services import ServiceUnderTest

#: Commits at the same time at most; less than the connections of the pool.
_SLOTS = 8

_customers = Customers()


class Load:
    """Customers to be committed at a steady rate, ``each`` of them in a transaction."""

    def __init__(self, service: ServiceUnderTest, rate: int, each: int) -> None:
        self._service = service
        self._rate, self._each = rate, each
        self._statement = ""
        self._rows: list[tuple[Any, ...]] = []
        self._events: list[UUID] = []

    async def prepare(self, seconds: float) -> Load:
        """Build all there is to commit in so long."""
        count = int(self._rate * seconds)
        async with self._service.db.transaction(SYSTEM) as uow:
            numbers = await _customers.next_numbers(uow, count)
        chance, owner = random.Random(self._rate), Owner(new_id(), "销售一部", "上海")
        for number in numbers:
            await self._note(Profile(name=company.new_name(chance)), number, owner)
            await asyncio.sleep(0)
        return self

    async def commit(self) -> dict[UUID, float]:
        """Commit everything; return when each event's commit was acknowledged."""
        committed: dict[UUID, float] = {}
        slots = asyncio.Semaphore(_SLOTS)

        async def one(number: int) -> None:
            part = slice(number * self._each, (number + 1) * self._each)
            async with slots, self._service.db.reading() as conn:
                await conn.driver.executemany(self._statement, self._rows[part])
            committed.update(dict.fromkeys(self._events[part], time.time()))
            self._service.db.on_commit()

        await steadily(one, self._rate / self._each, len(self._rows) // self._each)
        return committed

    async def _note(self, profile: Profile, number: str, owner: Owner) -> None:
        noted = _Noted()
        uow = self._service.db.unit_of_work(Connection(cast(Any, noted)), SYSTEM)
        await _customers.add_many(
            uow, [Customer.create(profile, number=number, owner=owner, at=uow.now)]
        )
        await uow.flush()
        (insert, row), (append, event) = noted.statements
        self._statement = self._statement or _joined(insert, len(row), append)
        self._rows.append((*row, *event))
        self._events.append(uow.recorded[0].envelope.id)


class _Noted:
    """Stands where the driver does, and sends nothing."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, Sequence[Any]]] = []

    async def execute(self, sql: str, *parameters: Any) -> str:
        """Note a statement."""
        self.statements.append((sql, parameters))
        return "INSERT 0 1"

    async def fetch(self, sql: str, *parameters: Any) -> list[Any]:
        """Note a statement that may answer rows; it answers none."""
        self.statements.append((sql, parameters))
        return []


def _joined(insert: str, parameters: int, append: str) -> str:
    """Return one statement that does what two do, with the parameters of both."""
    moved = re.sub(r"\$(\d+)", lambda found: f"${int(found[1]) + parameters}", append)
    return moved.replace("WITH ", f"WITH document AS ({insert}), ", 1)


async def steadily(act: Callable[[int], Awaitable[None]], rate: float, times: int) -> None:
    """Begin ``act`` so many times a second, whether or not the one before has ended."""
    began, running = time.perf_counter(), []
    for number in range(times):
        await asyncio.sleep(began + number / rate - time.perf_counter())
        running.append(asyncio.ensure_future(act(number)))
    await asyncio.gather(*running)
