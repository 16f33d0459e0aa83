"""``kehu demo``: the system with real data in it, one deal played by hand, and the figures."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import typer
from rich.console import Console

from shared.demo import figures, imports, organisation, samples
from shared.demo.company import ADMINISTRATOR, Company
from shared.demo.deal import Deal
from shared.demo.organisation import LIMIT_SECONDS
from shared.demo.stage import Stage
from shared.host import server
from shared.host.errors import HostError
from shared.host.options import BusOption, Data, Host, Port
from shared.host.settings import HostSettings

#: What the system logs during the demo, in the data folder.
LOG = "kehu.log"
_START_SECONDS = 120

Once = Annotated[bool, typer.Option("--once", help="Stop the system at the end.")]


def demo(
    port: Port = None,
    host: Host = None,
    data: Data = None,
    bus: BusOption = None,
    once: Once = False,
) -> None:
    """Start the system, set up a company, import real data, play one deal, show the figures."""
    settings = HostSettings.of(port=port, host=host, data=data, bus=bus)
    server.run_once(lambda: _demo(settings, once))


async def _demo(settings: HostSettings, once: bool) -> None:
    console = Console(highlight=False)
    with server.listen(settings.host, settings.port) as sock:  # or another system would answer us
        settings = settings.model_copy(update={"port": sock.getsockname()[1]})
        url = server.address_of(sock)
    async with (
        Company(url, settings.data) as company,
        _system(settings, company.admin_password()) as system,
    ):
        await _ready(system, url)
        await _perform(company, console)
        _where(console, url, company)
        if not once:
            console.print("The system keeps running; Ctrl-C stops it.")
            await system.wait()


async def _perform(company: Company, console: Console) -> None:
    stage = Stage(company, console)
    console.rule("The company (公司)", align="left")
    await organisation.set_up(company, stage)
    products = await imports.enter_products(company)
    console.rule("Real data (真实数据)", align="left")
    bought = samples.purchases()
    await imports.import_all(company, console, bought)
    console.rule("One deal by hand (一笔业务)", align="left")
    await Deal(company, stage).play(products)
    console.rule("What analytics shows (分析)", align="left")
    await figures.show(company, console, samples.monthly_totals(bought))


def _where(console: Console, url: str, company: Company) -> None:
    console.rule(align="left")
    console.print(f"{url}  portal, documentation of the four services, event catalogue")
    console.print(f"sign in as {ADMINISTRATOR} / {company.admin_password()}")


@contextlib.asynccontextmanager
async def _system(settings: HostSettings, password: str) -> AsyncIterator[Process]:
    """Run ``kehu up`` as a process of its own, so that the demo is a client like any other."""
    command = ["up", "--host", settings.host, "--port", str(settings.port)]
    command += ["--data", str(settings.data), "--bus", settings.bus_kind]
    with (settings.data / LOG).open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "shared.cli",
            *command,
            stdin=DEVNULL,
            stderr=log,
            env=os.environ
            | {
                "KEHU_CUSTOMER_ADMIN_PASSWORD": password,
                "KEHU_APPROVAL_LIMIT_SECONDS": str(LIMIT_SECONDS),
            },
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _ready(system: Process, url: str) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        for _ in range(_START_SECONDS * 10):
            if system.returncode is not None:
                raise HostError(f"The system did not start; {LOG} in its data folder says why.")
            with contextlib.suppress(httpx.TransportError):
                if (await client.get("/readyz")).is_success:
                    return
            await asyncio.sleep(0.1)
    raise HostError(f"The system did not get ready in {_START_SECONDS} s.")
