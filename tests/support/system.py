"""A real ``kehu up`` as a process of its own: started, called, killed, started again, examined."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil

from shared.embedded import EmbeddedPostgres, EmbeddedPostgresError
from shared.embedded.state import HOST, free_port
from shared.host.options import Opened, opened
from shared.host.settings import HostSettings
from shared.inbox.consumer import Consumer
from tests.support.bus import kill_family
from tests.support.holding import Holding, SystemFailed
from tests.support.postgres import free_folder
from tests.support.running import ROOT, command, environment

ADMIN_PASSWORD = "correct horse battery"

_POLL_SECONDS = 0.05
_LOG_LINES = 40


AnySystem = TypeVar("AnySystem", bound="System")


class System(Holding):
    """One data folder and the process that serves it, always on the same port.

    ``command_line`` is how ``kehu`` is called: a fault test has a launcher of its own, which may
    add ``consumers``. ``settings`` are for its environment.
    """

    def __init__(
        self,
        folder: Path,
        *,
        command_line: Sequence[str] = (),
        settings: Mapping[str, str] | None = None,
        consumers: Sequence[Consumer] = (),
    ) -> None:
        self.folder = folder
        self.command = tuple(command_line or command())
        self.settings = dict(settings or {})
        self.consumers = tuple(consumers)
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        self.log = folder / "kehu.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._anonymous = self.http()

    def http(self, token: str | None = None, timeout: float = 10) -> httpx.AsyncClient:
        """A client of the system, signed in with a token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=100)
        # Without what the environment says about proxies: they know nothing of this address.
        return httpx.AsyncClient(
            base_url=self.url, headers=headers, timeout=timeout, limits=limits, trust_env=False
        )

    # -- the process -----------------------------------------------------------------------------

    def launch(self, **settings: str) -> None:
        """Start the process, and do not wait for it."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self.command, "up", "--port", str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=self._environment() | settings,
            )

    async def start(self, patience: float = 120) -> None:
        """Start the process, and return when it answers."""
        self.launch()
        await self.ready(patience)

    async def ready(self, patience: float = 120) -> None:
        """Wait until all services say that they are ready."""
        deadline = time.monotonic() + patience
        while not await self._is_ready():
            if not self.running:
                raise SystemFailed(f"kehu ended with {self.exit_code}:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise SystemFailed(f"kehu was not ready in {patience} s:\n{self.log_tail()}")
            await asyncio.sleep(_POLL_SECONDS)

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How the process ended; minus the signal that ended it."""
        return None if self._process is None else self._process.poll()

    def kill(self) -> bool:
        """Kill the process at once; say whether there was one."""
        if self._process is None or self._process.poll() is not None:
            return False
        self._process.kill()
        self._process.wait()
        return True

    async def kill_postgres(self) -> bool:
        """Kill PostgreSQL with all its processes; say whether it was running."""
        try:
            pid = EmbeddedPostgres(self.folder).pid
            await asyncio.to_thread(kill_family, pid)
        except (EmbeddedPostgresError, psutil.NoSuchProcess):
            return False
        return True

    async def stop(self, patience: float = 60) -> None:
        """Ask the process to stop; it must do so in good order."""
        if self._process is None or not self.running:
            return
        self._process.terminate()
        try:
            code = await asyncio.to_thread(self._process.wait, patience)
        except subprocess.TimeoutExpired:
            self.kill()
            raise SystemFailed(f"kehu did not stop in {patience} s:\n{self.log_tail()}") from None
        if code != 0:
            raise SystemFailed(f"kehu stopped with {code}:\n{self.log_tail()}")

    def log_tail(self) -> str:
        """The end of what the process said."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-_LOG_LINES:])

    # -- what it holds ---------------------------------------------------------------------------

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Opened]:
        """The databases and the bus, to be looked into; PostgreSQL runs meanwhile."""
        kafka = self.settings.get("KEHU_KAFKA")
        async with opened(HostSettings.of(data=self.folder, kafka=kafka)) as here:
            yield here

    async def run(self, *arguments: str, patience: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a command of ``kehu`` to its end."""
        return await asyncio.to_thread(
            subprocess.run,
            [*self.command, *arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=self._environment(),
            timeout=patience,
        )

    # -- inside ----------------------------------------------------------------------------------

    async def _is_ready(self) -> bool:
        with suppress(httpx.TransportError):
            return (await self._anonymous.get("/readyz", timeout=5)).status_code == 200
        return False

    def _environment(self) -> dict[str, str]:
        ours = {
            "KEHU_CUSTOMER_ADMIN_PASSWORD": ADMIN_PASSWORD,
            "KEHU_LOG_LEVEL": "warning",
            "PYTHONPATH": str(ROOT),
        }
        if bindir := os.environ.get("KEHU_POSTGRES_BINDIR"):
            ours["KEHU_POSTGRES_BINDIR"] = bindir
        return environment(self.folder, ours | self.settings)

    async def _close(self) -> None:
        await self._anonymous.aclose()
        self.kill()
        end_processes_of(self.folder)


@asynccontextmanager
async def new_system(**how: Any) -> AsyncIterator[System]:
    """A system on an empty data folder of its own, not started yet; all of it ends afterwards."""
    async with system_of(System, **how) as system:
        yield system


@asynccontextmanager
async def system_of(kind: Callable[..., AnySystem], **how: Any) -> AsyncIterator[AnySystem]:
    """The same, of a kind that derives from ours."""
    with _own_folder() as folder:
        system = kind(folder, **how)
        try:
            yield system
        finally:
            await system._close()


@contextmanager
def _own_folder() -> Iterator[Path]:
    folder, lock = free_folder("system")
    try:
        end_processes_of(folder)  # of a run that was killed
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o755)
        yield folder
    finally:
        os.close(lock)


def end_processes_of(folder: Path) -> None:
    """Kill what works on a data folder of ours, the server first."""
    with suppress(EmbeddedPostgresError, psutil.NoSuchProcess):
        kill_family(EmbeddedPostgres(folder).pid)
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("KEHU_DATA") == str(folder):
                kill_family(process.pid)
