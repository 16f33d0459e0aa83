"""A full process turns requests away on the doorstep, with the answer its edge would have given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from shared.host.server import address_of, listen, serve
from shared.http.doorstep import Doorstep
from tests.support.applications import application

CUSTOMERS = '/v1/customers/"of%20%E4%B8%8A%E6%B5%B7"'
IDENTITY = "01a20000-0000-7000-8000-000000000001"


@pytest.fixture
async def full() -> FastAPI:
    """The customer service, which has as much to do as it can."""
    app = application("customer")
    admission = app.state.context.admission
    admission._working = admission._most
    admission._line.extend([asyncio.get_running_loop().create_future()] * admission._most)
    return app


@pytest.fixture
async def served(full: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server in front of which the doorstep lies."""
    stop, doorstep = asyncio.Event(), Doorstep(full.state.context.admission, "customer")
    with listen("127.0.0.1", 0) as sock:
        serving = asyncio.create_task(serve(full, sock, stop, doorstep=doorstep))
        async with httpx.AsyncClient(base_url=address_of(sock)) as client:
            yield client
        stop.set()
        await serving
    full.state.context.admission._working = 0
    full.state.context.admission._line.clear()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_the_answer_is_that_of_the_edge(
    full: FastAPI, served: httpx.AsyncClient, language: str
) -> None:
    """Whoever is turned away learns the same, in the same language, and no quota is charged."""
    headers = {"accept-language": language, "x-request-id": IDENTITY}
    transport = httpx.ASGITransport(full)
    async with httpx.AsyncClient(transport=transport, base_url="http://edge") as edge:
        by_edge = await edge.get(CUSTOMERS, headers=headers)
    turned_away = await served.get(CUSTOMERS, headers=headers)
    assert turned_away.status_code == by_edge.status_code == 503
    assert turned_away.json() == by_edge.json()
    assert turned_away.json()["request_id"] == IDENTITY
    uncounted = {k: v for k, v in by_edge.headers.items() if not k.startswith("ratelimit")}
    assert dict(turned_away.headers) == uncounted
    assert turned_away.headers["retry-after"] == "1"


async def test_the_edge_never_sees_them(
    full: FastAPI, served: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On one connection, one after the other; what brings a body does come to the edge."""
    seen = []
    entered = type(full.state.context.admission).enter

    async def enter(admission: object) -> None:
        seen.append(admission)
        await entered(admission)

    monkeypatch.setattr(type(full.state.context.admission), "enter", enter)
    for _ in range(3):
        assert (await served.get("/v1/customers")).json()["code"] == "overloaded"
    assert not seen
    answer = await served.post("/v1/customers", json={"name": "华为"})
    assert (answer.status_code, len(seen)) == (503, 1)


async def test_who_looks_after_the_process_is_let_in(served: httpx.AsyncClient) -> None:
    assert (await served.get("/livez")).status_code == 200


async def test_two_requests_at_once_are_answered_in_turn(served: httpx.AsyncClient) -> None:
    """Pipelined behind one that is let in, the second waits for it, and is refused by the edge."""
    url = served.base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(
        b"GET /livez HTTP/1.1\r\nhost: k\r\n\r\nGET /v1/customers HTTP/1.1\r\nhost: k\r\n\r\n"
    )
    statuses = []
    for _ in range(2):
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
        await reader.readexactly(int(head.partition(b"content-length: ")[2].split()[0]))
        statuses.append(int(head.split()[1]))
    writer.close()
    assert statuses == [200, 503]
