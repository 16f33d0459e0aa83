"""What the log in PostgreSQL does besides: sessions that die, a server that is killed."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap

from shared.bus.postgres import PostgresBus
from shared.embedded import EmbeddedPostgres
from shared.pacing import Backoff
from tests.support.bus import Collector, consuming, is_ordered, kill_family, message, until

TOPIC = "crm.order.order"


async def test_a_member_killed_outright_frees_its_partitions(bus: PostgresBus) -> None:
    await bus.publish([message(TOPIC, f"k{n}", str(n)) for n in range(40)])
    program = textwrap.dedent("""
        import asyncio, sys
        from shared.bus.postgres import PostgresBus

        async def hang(records):
            print("holding", flush=True)
            await asyncio.sleep(3600)

        bus = PostgresBus(sys.argv[1])
        asyncio.run(bus.consume([sys.argv[2]], "g", hang, asyncio.Event()))
    """)
    holder = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", program, bus.dsn, TOPIC], stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    await asyncio.to_thread(holder.stdout.readline)
    collected = Collector()
    async with consuming(bus, [TOPIC], "g", collected):
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        await until(lambda: len(collected.values) == 40)
    holder.stdout.close()


async def test_nothing_is_lost_when_the_server_is_killed(own_postgres: EmbeddedPostgres) -> None:
    bus = PostgresBus(own_postgres.start().dsn("postgres"))
    await bus.migrate()
    collected, acknowledged, stop = Collector(), [], asyncio.Event()

    async def publish() -> None:
        number, backoff = 0, Backoff(first=0.02, cap=0.2)
        while not stop.is_set():
            try:
                await bus.publish([message(TOPIC, f"k{number % 9}", str(number))])
            except Exception:
                await asyncio.sleep(backoff.next())
                continue
            acknowledged.append(str(number))
            number += 1

    async with consuming(bus, [TOPIC], "g", collected):
        publisher = asyncio.ensure_future(publish())
        for _ in range(2):
            before = len(acknowledged)
            await until(lambda: len(acknowledged) > before + 50)  # noqa: B023
            await asyncio.to_thread(kill_family, own_postgres.pid)
            await asyncio.to_thread(own_postgres.start)
        before = len(acknowledged)
        await until(lambda: len(acknowledged) > before + 50)
        stop.set()
        await publisher
        await until(lambda: set(acknowledged) <= set(collected.values))
    for values in collected.by_key().values():
        assert is_ordered(list(dict.fromkeys(values)))
    await bus.close()
