"""A troubled line between a service and its database: reset at COMMIT, refused, silent.

Writers send each write with its key until its outcome is known; afterwards every write must have
had its effect once, with its events, and what it was answered must be true.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
import sqlalchemy as sa
from sqlalchemy import make_url

from shared.db.connection import engine_dsn
from tests.support.calling import Call, attempt, is_settled
from tests.support.proxy import Line, Proxy, proxied
from tests.support.services import ServiceUnderTest, token_keys

WRITERS = 8
#: Nothing may take longer; who does is said to hang.
HANGS_SECONDS = 30.0
_RETRY_SECONDS = 0.05
#: By then what is known of void tokens is old, so that even the gate needs the database.
_IDLE_SECONDS = 1.2
_ASKING = 6
#: Shares of the commits that are cut off before they arrive, and after they are done.
_BEFORE, _AFTER = 0.15, 0.45

_EVENTS = sa.text(
    "SELECT headers::json ->> 'ce_correlationid', count(*), count(DISTINCT occurred_at)"
    " FROM outbox GROUP BY 1"
)

Write = Callable[[], Call]


@asynccontextmanager
async def through_a_line(
    launched: ServiceUnderTest,
) -> AsyncIterator[tuple[ServiceUnderTest, Proxy]]:
    """The service once more, on the same database, reached over a line that can be troubled."""
    url = make_url(engine_dsn(launched.db.engine))
    async with proxied(url.host or "", url.port or 0) as proxy:
        far = url.set(port=proxy.port).render_as_string(hide_password=False)
        settings = launched.service.settings(database_url=far)
        db = launched.service.create_database(settings)
        app = launched.service.create_app(settings, db=db, keys=token_keys)
        try:
            yield ServiceUnderTest(launched.service, app, db, launched.owner_dsn), proxy
        finally:
            await db.close()


@dataclass(slots=True)
class Resets:
    """Resets lines at a COMMIT: before the server gets it, or after it is done and before the
    service is told."""

    chance: random.Random
    before: int = 0
    after: int = 0

    def sent(self, line: Line, data: bytes) -> bool:
        """Look at what the service sends."""
        if b"COMMIT;" not in data:
            return False
        draw = self.chance.random()
        line.note = "done" if _BEFORE <= draw < _BEFORE + _AFTER else ""
        self.before += draw < _BEFORE
        return draw < _BEFORE

    def answered(self, line: Line, data: bytes) -> bool:
        """Look at what the server answers."""
        if line.note != "done":
            return False
        line.note = ""
        self.after += 1
        return True

    @property
    def count(self) -> int:
        """How many there were."""
        return self.before + self.after


@dataclass(slots=True)
class Told:
    """What the writers and those who look on were told."""

    writes: list[tuple[Call, httpx.Response]] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    replayed: int = 0
    wrong: list[str] = field(default_factory=list)

    async def ask(self, client: httpx.AsyncClient, call: Call) -> httpx.Response | None:
        """Send a call once; what hangs is wrong."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(HANGS_SECONDS):
                answer = await attempt(client, call)
        except TimeoutError:
            self.wrong.append(f"{call.method} {call.path} hung for {HANGS_SECONDS:.0f} s")
            return None
        self.slowest = max(self.slowest, time.monotonic() - began)
        if answer is not None:
            self.statuses[answer.status_code] += 1
            if answer.status_code == 500:
                self.wrong.append(f"a defect: {answer.text[:300]}")
        return answer

    async def settle(self, client: httpx.AsyncClient, call: Call) -> None:
        """Send a write until its outcome is known."""
        while True:
            answer = await self.ask(client, call)
            if answer is not None and is_settled(answer):
                break
            await asyncio.sleep(_RETRY_SECONDS)
        self.writes.append((call, answer))
        self.replayed += "idempotent-replayed" in answer.headers
        if not answer.is_success:
            self.wrong.append(f"refused: {answer.status_code} {answer.text[:300]}")


async def write_until(
    told: Told, client: httpx.AsyncClient, write: Write, enough: Callable[[], bool]
) -> None:
    """Have writers at work until there is enough."""

    async def work() -> None:
        while not enough():
            await told.settle(client, write())

    await asyncio.gather(*(work() for _ in range(WRITERS)))


async def effects(service: ServiceUnderTest, told: Told, events: int) -> list[str]:
    """What is wrong with the effects of the writes: each should have led to so many events."""
    async with service.db.reading() as conn:
        found = {row[0]: (row[1], row[2]) for row in (await conn.execute(_EVENTS)).all()}
    return [
        f"{call.method} {call.path}, tried {call.tries} times, has {found.get(call.request_id)}"
        " events and moments"
        for call, _ in told.writes
        if found.get(call.request_id) != (events, 1)
    ]


def new_customer() -> Call:
    """The entry of a customer whose name nobody else has."""
    body = {"name": f"{uuid4().hex}公司", "accept_duplicates": True}
    return Call("POST", "/v1/customers", body)


# -- outages -----------------------------------------------------------------------------------


@dataclass(slots=True)
class Outages:
    """What was seen during and after outages: seconds until all was refused, and until the
    writers' writes were done."""

    told: Told = field(default_factory=Told)
    cuts: int = 0
    refused: int = 0
    slowest_refusal: float = 0.0
    recovered: list[float] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)  # looks at what needs no database, in vain

    @property
    def wrong(self) -> list[str]:
        """Everything that should not be."""
        return self.told.wrong + self.dead


async def outages(
    service: ServiceUnderTest, proxy: Proxy, chance: random.Random, cuts: int, seconds: float
) -> Outages:
    """Cut the line again and again, refused and silent by turns, in the midst of writes and when
    all connections are idle."""
    seen, over = Outages(), asyncio.Event()
    client = service.client("sales_manager")
    async with client, service.anonymous() as anybody:
        looking = asyncio.ensure_future(_look_on(seen, anybody, over))
        for number in range(cuts):
            mended = asyncio.Event()
            writing = write_until(seen.told, client, new_customer, mended.is_set)
            writers = asyncio.ensure_future(writing)
            idle = number % 4 > 1
            await asyncio.sleep(chance.uniform(0.2, 0.6))
            if idle:
                mended.set()
                await writers
                await asyncio.sleep(_IDLE_SECONDS)
            await (proxy.fall_silent() if number % 2 else proxy.refuse())
            await _everything_is_refused(seen, client)
            await asyncio.sleep(chance.uniform(0, seconds))
            await proxy.mend()
            began = time.monotonic()
            mended.set()
            await (seen.told.settle(client, new_customer()) if idle else writers)
            seen.recovered.append(time.monotonic() - began)
            seen.cuts += 1
        over.set()
        await looking
    return seen


async def _everything_is_refused(seen: Outages, client: httpx.AsyncClient) -> None:
    """Reads and writes that need the database are told to come again, while it is away."""
    asked: list[Awaitable[httpx.Response | None]] = []
    for _ in range(_ASKING):
        asked.append(seen.told.ask(client, new_customer()))
        asked.append(seen.told.ask(client, Call("GET", "/v1/customers")))
    began = time.monotonic()
    answers = await asyncio.gather(*asked)
    seen.slowest_refusal = max(seen.slowest_refusal, time.monotonic() - began)
    for answer in answers:
        seen.refused += 1
        if answer is None or answer.status_code != 503 or "retry-after" not in answer.headers:
            told = "nothing" if answer is None else f"{answer.status_code} {answer.text[:200]}"
            seen.told.wrong.append(f"while the database is away: {told}")


async def _look_on(seen: Outages, client: httpx.AsyncClient, over: asyncio.Event) -> None:
    """See that the process is alive, and answers what needs no database."""
    while not over.is_set():
        for path in ("/livez", "/metrics", "/openapi/customer.json"):
            if (answer := await client.get(path)).status_code != 200:
                seen.dead.append(f"{path}: {answer.status_code}")
        await asyncio.sleep(0.1)
