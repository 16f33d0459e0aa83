"""How the processes of ``kehu`` start, stop, and refuse to start; each on data of its own."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from pathlib import Path

import asyncpg
import httpx
import psutil

from tests.support.running import Running, dsn, run, running, token


def test_it_stops_starts_again_on_its_data_and_leaves_nothing_behind(own_data: Path) -> None:
    with running("up", "--port", "0", data=own_data) as first:
        token(first.address(), first.sign_in)
        assert first.stop() == 0
    with running("up", "--port", "0", data=own_data) as second:
        token(second.address(), first.sign_in)
        assert "migrated" not in second.said
        assert "First sign-in" not in second.said
        second.kill()
    with running("up", "--port", "0", data=own_data) as third:  # adopts what the kill left
        token(third.address(), first.sign_in)
    left = [
        each
        for each in psutil.process_iter(["cmdline"])
        if str(own_data) in (each.info["cmdline"] or [])
    ]
    assert left == []


def test_a_service_is_served_and_worked_for_in_processes_of_its_own(own_data: Path) -> None:
    """As in production, but on the embedded server."""
    unmigrated = run("serve", "customer", "--port", "0", data=own_data)
    assert unmigrated.returncode == 1
    assert "run: kehu migrate customer" in unmigrated.stderr
    migrated = run("migrate", data=own_data)
    assert migrated.returncode == 0, migrated.stderr
    sign_in = re.search(r"First sign-in: (\S+) / (\S+)", migrated.stdout)
    assert sign_in
    with running("serve", "customer", "--port", "0", data=own_data) as api:
        access = token(api.address(), (sign_in[1], sign_in[2]))
        with running("work", "customer", "--port", "0", data=own_data) as worker:
            assert httpx.get(f"{worker.address()}/readyz").json() == {"status": "ready"}
            headers = {"Authorization": f"Bearer {access}"}
            answer = httpx.post(
                f"{api.address()}/v1/customers", json={"name": "海尔集团"}, headers=headers
            )
            assert answer.status_code == 201, answer.text
            until_published(own_data, worker)
            assert worker.stop() == 0
        assert api.stop() == 0


def until_published(data: Path, worker: Running) -> None:
    deadline = time.monotonic() + 60
    while asyncio.run(unpublished(dsn(data, "kehu_customer"))):
        assert time.monotonic() < deadline, worker.logged
        time.sleep(0.2)


async def unpublished(address: str) -> int:
    session = await asyncpg.connect(address)
    try:
        query = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
        return int(await session.fetchval(query))
    finally:
        await session.close()


def test_an_unknown_service_is_named(own_data: Path) -> None:
    found = run("serve", "weather", data=own_data)
    assert found.returncode == 1
    assert "There is no service 'weather'" in found.stderr


def test_databases_in_the_environment_are_all_or_none(own_data: Path) -> None:
    env = {"KEHU_ORDER_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    process = Running("up", "--port", "0", data=own_data, env=env)
    assert process.process.wait(60) == 1
    wanted = "Set KEHU_CUSTOMER_DATABASE_URL, KEHU_OPPORTUNITY_DATABASE_URL"
    assert wanted in process.logged


def test_a_taken_port_is_named(own_data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        second = run("up", "--port", str(port), data=own_data)
    assert second.returncode == 1
    assert f"Port {port} of 127.0.0.1 is taken" in second.stderr
