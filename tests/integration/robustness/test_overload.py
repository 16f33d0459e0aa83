"""F15 and F16: more than a process can do is refused at once and never a defect; who looks after it
is answered meanwhile, and afterwards all is as before."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.http.context import context_of
from tests.conftest import Launch
from tests.support.services import ServiceUnderTest

POOL, AT_ONCE = 10, 200


async def slow(request: Request) -> Response:
    """A request that keeps a connection busy for longer than others wait for one."""
    async with context_of(request).db.reading() as conn:
        await conn.exec_driver_sql("SELECT pg_sleep(4)::text")
    return JSONResponse({})


@asynccontextmanager
async def with_slow_requests(launch: Launch, most: int) -> AsyncIterator[ServiceUnderTest]:
    """A service with a pool of ten, that works on ``most`` requests at once."""
    service = await launch("customer", pool_size=POOL, max_requests=most)
    service.app.add_route("/v1/slow", slow)
    async with service.anonymous() as client:
        assert (await client.get("/readyz")).status_code == 200
    yield service


async def health(client: httpx.AsyncClient, over: asyncio.Event) -> Counter[str]:
    """What /livez and /readyz answer until it is over."""
    seen = Counter[str]()
    while not over.is_set():
        for path in ("/livez", "/readyz"):
            seen[f"{path} {(await client.get(path)).status_code}"] += 1
        await asyncio.sleep(0.1)
    return seen


@pytest.mark.parametrize("most", [AT_ONCE, 64, 12])
async def test_two_hundred_slow_requests_on_ten_connections(launch: Launch, most: int) -> None:
    """F15: whether they wait for a connection or for their turn, those that get none are told to
    come back."""
    async with (
        with_slow_requests(launch, most) as service,
        service.client("account_manager") as client,
    ):
        over = asyncio.Event()
        watching = asyncio.create_task(health(client, over))
        answers = await asyncio.gather(*(client.get("/v1/slow") for _ in range(AT_ONCE)))
        over.set()
        seen = await watching
        kinds = Counter(each.status_code for each in answers)
        assert kinds.keys() == {200, 503}
        assert kinds[200] >= POOL
        refused = [each for each in answers if each.status_code == 503]
        assert {each.json()["code"] for each in refused} == {"overloaded"}
        assert {(each.headers["retry-after"], each.json()["retryable"]) for each in refused} == {
            ("1", True)
        }
        assert seen.keys() == {"/livez 200", "/readyz 200"}
        after = await asyncio.gather(*(client.get("/v1/customers") for _ in range(POOL)))
        assert {each.status_code for each in after} == {200}


async def test_overload_is_shed_and_what_is_taken_in_is_done(launch: Launch) -> None:
    """F16: of many at once so many are worked on, as many wait, and each of the rest is told; a
    write that was refused has changed nothing."""
    async with (
        with_slow_requests(launch, 16) as service,
        service.client("account_manager") as client,
    ):
        over = asyncio.Event()
        watching = asyncio.create_task(health(client, over))
        kinds = Counter[int]()
        for wave in range(5):
            names = (f"波{wave}号{number}" for number in range(AT_ONCE))
            bodies = ({"name": name, "accept_duplicates": True} for name in names)
            sent = (client.post("/v1/customers", json=body) for body in bodies)
            kinds.update(each.status_code for each in await asyncio.gather(*sent))
        over.set()
        assert kinds.keys() == {201, 503}
        assert kinds[201] >= 5 * POOL
        # Whether it is ready within two seconds depends on the machine, which is ours as well here.
        assert (await watching)["/livez 200"]
        assert (await client.get("/readyz")).status_code == 200
        assert len(await service.published("%customer.created%")) == kinds[201]
        assert (await client.post("/v1/customers", json={"name": "之后"})).status_code == 201
