"""More than a process can do: slow requests that use up the pool; five times what it can answer.

``python -m tests.faults.crowd DSN`` is the process, with one slow request beside its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.host import server
from shared.http.context import context_of
from shared.http.doorstep import Doorstep
from shared.service import load
from tests.faults.experiment import Outcome
from tests.faults.open_load import Line, Seen, capacity, open_load
from tests.support import services
from tests.support.postgres import test_server

_KEYS = "KEHU_CROWD_KEYS"
_POOL, _SLOW_SECONDS, _CROWD = 10, 5, 200
_TIMES, _SECONDS = 5, 60
_PATIENCE_SECONDS = 3.6  # of the pool and of the line before it, and a little
_QUOTAS: Any = {"KEHU_RATE_PRINCIPAL": 10_000_000, "KEHU_RATE_NETWORK": 10_000_000}


async def crowded(seed: int) -> Outcome:
    """F15: two hundred slow requests on a pool of ten."""
    seen, recovered = Seen(), Seen()
    async with (
        _process() as (line, bearer, _, address),
        httpx.AsyncClient(base_url=address, timeout=30) as client,
    ):
        watch = asyncio.create_task(_watch(client))
        for _ in range(_CROWD):
            line.send(_get("/v1/slow", bearer), seen)
        await line.answered()
        began = time.perf_counter()
        while not recovered.took[200]:
            await line.ask(_get("/v1/customers", bearer), recovered)
        recovery = time.perf_counter() - began
        watch.cancel()
        health = await watch
    slowest = seen.percentile(503, 1) / 1000
    line_ = (
        f"slow requests {_CROWD}, each {_SLOW_SECONDS} s / connections {_POOL}"
        f" / done {len(seen.took[200])} / refused with 503 {len(seen.took[503])}"
        f" / slowest refusal {slowest:.1f} s / other answers {len(seen.others)}"
        f" / health asked {len(health)} times, wrong {health.count(False)}"
        f" / recovery {recovery:.2f} s"
    )
    return Outcome(line_, _wrong(seen, health, slowest <= _PATIENCE_SECONDS))


async def overloaded(seed: int) -> Outcome:
    """F16: five times what the process can answer, for a minute."""
    async with _process(max_requests=16) as (line, bearer, process, address), _apart(process):
        requests = [_get("/v1/customers?page_size=20", bearer)]
        await capacity(line, requests, 16, 3)
        most = await capacity(line, requests, 16, 10)
        normal = await open_load(line, requests, most / 2, 10)
        before = process.memory_info().rss
        async with httpx.AsyncClient(base_url=address, timeout=30) as client:
            watch = asyncio.create_task(_watch(client))
            ours, its = time.process_time(), _processor_time(process)
            seen = await open_load(line, requests, most * _TIMES, _SECONDS)
            ours, its = time.process_time() - ours, _processor_time(process) - its
            watch.cancel()
            health = await watch
        grown = (process.memory_info().rss - before) / 2**20
        after = await open_load(line, requests, most / 2, 5)
    done = len(seen.took[200]) / _SECONDS
    line_ = (
        f"capacity {most:.0f}/s / offered {most * _TIMES:.0f}/s for {_SECONDS} s, by a client on"
        f" another core, which had no connection free for {seen.unsent}"
        f" / done {done:.0f}/s, {done / most:.0%} / p99 of those"
        f" {seen.percentile(200, 0.99):.0f} ms, at half the capacity"
        f" {normal.percentile(200, 0.99):.0f} ms / refused with 503 {len(seen.took[503])}, half of"
        f" them within {seen.percentile(503, 0.5):.0f} ms, p99 {seen.percentile(503, 0.99):.0f} ms"
        f" / other answers {len(seen.others)} / health asked {len(health)} times, wrong"
        f" {health.count(False)} / memory grown by {grown:.0f} MiB / processor time of the process"
        f" {its / _SECONDS:.0%}, of the client {ours / _SECONDS:.0%} of a core"
        f" / afterwards refused {len(after.took[503])}"
    )
    return Outcome(line_, _wrong(seen, health, not after.took[503]))


def _wrong(seen: Seen, health: list[bool], well: bool) -> list[str]:
    found = [f"answered {status}" for status in seen.others]
    found += [f"{seen.broken} were cut off"] if seen.broken else []
    found += [f"{health.count(False)} times no health"] if False in health else []
    silent = [head for head in seen.headers[503] if b"\r\nretry-after: " not in head]
    found += [f"{len(silent)} refusals do not say when to come back"] if silent else []
    return found + ([] if well else ["refusals came late, or went on afterwards"])


async def _watch(client: httpx.AsyncClient) -> list[bool]:
    """Whether health answers, until cancelled."""
    seen: list[bool] = []
    try:
        while True:
            seen.append((await client.get("/livez")).status_code == 200)
            await asyncio.sleep(0.2)
    except asyncio.CancelledError:
        return seen


def _processor_time(process: psutil.Process) -> float:
    taken = process.cpu_times()
    return float(taken.user + taken.system)


def _get(path: str, bearer: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: kehu\r\nauthorization: {bearer}\r\n\r\n".encode()


@asynccontextmanager
async def _apart(process: psutil.Process) -> AsyncIterator[None]:
    """Let the process have a core to itself, and leave another one to us and the database, where
    that can be said: they are elsewhere in life."""
    ours = psutil.Process()
    if not hasattr(ours, "cpu_affinity") or len(cores := ours.cpu_affinity()) < 2:
        yield
        return
    others = [ours, *await _database()]
    process.cpu_affinity(cores[:1])
    _move(others, cores[1:])
    try:
        yield
    finally:
        _move(others, cores)


async def _database() -> list[psutil.Process]:
    """The processes of the database server; who connects later gets what the first one has."""
    conn = await asyncpg.connect(test_server().dsn("postgres"))
    postmaster = psutil.Process(await conn.fetchval("SELECT pg_backend_pid()")).parent()
    await conn.close()
    return [] if postmaster is None else [postmaster, *postmaster.children()]


def _move(processes: Iterable[psutil.Process], cores: list[int]) -> None:
    for each in processes:
        with suppress(psutil.NoSuchProcess):
            each.cpu_affinity(cores)


@asynccontextmanager
async def _process(**more: Any) -> AsyncIterator[tuple[Line, str, psutil.Process, str]]:
    """A process of the customer service, connections to it, a token, and its address."""
    launched = await services.launch(test_server(), "customer")
    settings = launched.app.state.context.settings
    environment = os.environ | {
        _KEYS: json.dumps(await services.token_keys()),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        **{f"KEHU_CUSTOMER_{name.upper()}": str(value) for name, value in more.items()},
    }
    command = [sys.executable, "-m", __name__, settings.database_url.get_secret_value()]
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        address = (await process.stdout.readline()).decode().strip()
        line = Line(int(address.rpartition(":")[2]))
        await line.open(_CROWD + 50)
        bearer = f"Bearer {services.token('account_manager')}"
        yield line, bearer, psutil.Process(process.pid), address
        await line.close()
    finally:
        process.terminate()
        await process.wait()
        await services.stop(test_server(), launched)


async def _slow(request: Request) -> Response:
    async with context_of(request).db.reading() as conn:
        await conn.exec_driver_sql(f"SELECT pg_sleep({_SLOW_SECONDS})::text")
    return JSONResponse({})


async def _serve(dsn: str, stop: asyncio.Event) -> None:
    async def keys() -> dict[str, Any]:
        found: dict[str, Any] = json.loads(os.environ[_KEYS])
        return found

    service = load("customer")
    settings = service.settings(database_url=dsn, pool_size=_POOL, **_QUOTAS)
    app = service.create_app(settings, keys=keys)
    app.add_route("/v1/slow", _slow)
    with server.listen("127.0.0.1", 0) as sock:
        print(server.address_of(sock), flush=True)
        doorstep = Doorstep(app.state.context.admission, service.name)
        await server.serve(app, sock, stop, doorstep=doorstep)


if __name__ == "__main__":
    server.run(lambda stop: _serve(sys.argv[1], stop))
