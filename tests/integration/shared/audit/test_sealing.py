"""The audit is closed into one chain behind the commits, whoever closes it and however they end."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import asyncpg
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from shared.audit.metrics import sample_audit
from shared.audit.sealer import Sealer
from shared.db.connection import engine_dsn
from shared.db.unit_of_work import Database
from shared.domain.actor import SYSTEM
from shared.domain.aggregate import Aggregate
from shared.domain.ids import new_id
from tests.support.auditing import broken, entry_at, head_of, seal_all
from tests.support.things import ThingChanged, change, column, count, scalar

ROOT = Path(__file__).parents[4]


async def drained(database: Database, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while await count(database, "audit_unsealed"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_every_entry_is_sealed_once_in_one_chain(chain: Database) -> None:
    assert await column(chain, "SELECT seq FROM audit_seal ORDER BY seq") == list(range(1, 13))
    entries = await column(chain, "SELECT id FROM audit_entry ORDER BY id")
    assert await column(chain, "SELECT entry_id FROM audit_seal ORDER BY entry_id") == entries
    assert await count(chain, "audit_unsealed") == 0
    assert await broken(chain) is None


async def test_what_commits_late_is_sealed_late_and_not_left_out(things: Database) -> None:
    """The entry has an older id than those that are sealed before it is there."""
    async with things.transaction(SYSTEM) as uow:
        await uow.record(Aggregate(id=new_id(), version=1), ThingChanged(text="late", version=1))
        await uow.flush()
        late = uow.recorded.pop().id
        await change(things, "a", "b")
        assert await seal_all(things) == 2
    assert await seal_all(things) == 1
    assert await entry_at(things, 3) == str(late)
    assert await broken(things) is None


async def test_a_transaction_that_is_rolled_back_leaves_no_entry(things: Database) -> None:
    with pytest.raises(RuntimeError, match="no"):
        async with things.transaction(SYSTEM) as uow:
            thing = Aggregate(id=new_id(), version=1)
            await uow.record(thing, ThingChanged(text="x", version=1))
            await uow.flush()
            raise RuntimeError("no")
    assert await count(things, "audit_entry") + await count(things, "audit_unsealed") == 0


async def test_many_events_of_one_transaction_have_their_entries(things: Database) -> None:
    """From fifty on they are written in bulk; an event without an entry among them has none."""
    async with things.transaction(SYSTEM) as uow:
        for n in range(120):
            thing = Aggregate(id=new_id(), version=1)
            changes = None if n % 3 == 0 else '{"text": [null, "x"]}'
            await uow.record(thing, ThingChanged(text=str(n), version=1), changes)
    assert await count(things, "outbox") == 120
    assert await count(things, "audit_entry") == 80
    assert await seal_all(things) == 80
    audited = await column(things, "SELECT event_id FROM outbox WHERE payload ->> 'text' = '1'")
    assert await column(things, f"SELECT id FROM audit_entry WHERE id = '{audited[0]}'")


async def test_sealers_at_once_do_not_fork_the_chain(things: Database) -> None:
    """Even without the lock that lets one of them work, the key of the seals lets one commit."""
    writing = asyncio.gather(*(change(things, *map(str, range(20))) for _ in range(6)))

    async def seal() -> None:
        while not writing.done() or await count(things, "audit_unsealed"):
            try:
                await seal_all(things, batch=5)
            except asyncpg.UniqueViolationError:
                continue

    await asyncio.gather(seal(), seal(), seal(), writing)
    assert await count(things, "audit_seal") == 120
    assert await broken(things) is None


async def test_one_sealer_works_and_another_takes_over(things: Database) -> None:
    first, second, stop, end = (
        Sealer(things),
        Sealer(things),
        asyncio.Event(),
        asyncio.Event(),
    )
    working = asyncio.ensure_future(first.run(stop))
    await change(things, "a")
    await drained(things)
    waiting = asyncio.ensure_future(second.run(end))
    await change(things, "b")
    await drained(things)
    assert (first.sealed, second.sealed) == (2, 0)
    stop.set()
    await working
    await change(things, "c")
    await drained(things)
    end.set()
    await waiting
    assert (first.sealed, second.sealed) == (2, 1)
    assert await broken(things) is None


async def test_a_killed_sealer_neither_loses_nor_doubles_a_seal(things: Database) -> None:
    """kill -9 at any moment, again and again, while changes go on."""
    writing = asyncio.gather(*(change(things, *map(str, range(60))) for _ in range(4)))
    for round_ in range(8):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.sealing", engine_dsn(things.engine)), cwd=ROOT
        )
        before = await count(things, "audit_seal")
        async with asyncio.timeout(30):
            while await count(things, "audit_seal") < before + 5 * (round_ % 3):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        process.kill()
        await process.wait()
    await writing
    await seal_all(things)
    assert await count(things, "audit_seal") == 240
    assert await broken(things) is None


async def test_the_newest_seal_is_told_and_what_waits_is_measured(things: Database) -> None:
    await change(things, "a", "b")
    oldest = await sample_audit(things)
    assert oldest == await scalar(things, "SELECT min(at) FROM audit_entry")
    labels = {"service": "things"}
    assert REGISTRY.get_sample_value("crm_audit_unsealed", labels) == 2
    stop = asyncio.Event()
    with capture_logs() as lines:
        sealing = asyncio.ensure_future(Sealer(things).run(stop))
        async with asyncio.timeout(20):
            while not any(line["event"] == "audit head" for line in lines):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        stop.set()
        await sealing
    head = await head_of(things)
    (told,) = [line for line in lines if line["event"] == "audit head"]
    assert (told["service"], told["seq"], told["hash"]) == ("things", 2, head.hash.hex())
    shown = labels | {"seq": "2", "hash": head.hash.hex()}
    assert REGISTRY.get_sample_value("crm_audit_head_info", shown) == 1
    assert await sample_audit(things) is None
