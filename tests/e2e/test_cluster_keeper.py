"""``make cluster`` in the foreground: it says what it does, starts again what ended, and leaves
nothing running."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from shared.embedded import EmbeddedPostgres
from shared.embedded.state import free_port
from tests.support.bus import until
from tests.support.cluster.cluster import end_all_of
from tests.support.postgres import free_folder
from tests.support.running import ROOT, environment

PATIENCE = 120


class Keeper:
    """The command as a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder.with_suffix(".out")
        with self.out.open("wb") as out:
            self.process = subprocess.Popen(
                self._command("run", "--nodes", "0", "--port", str(free_port())),
                stdout=out,
                stderr=out,
                cwd=ROOT,
                env=environment(folder.parent, None),
            )

    def stop(self) -> subprocess.CompletedProcess[str]:
        """What `make cluster-stop` does."""
        return subprocess.run(
            self._command("stop"), cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE
        )

    async def says(self, text: str) -> None:
        """Wait until it says that."""
        await until(lambda: text in self.said or self.process.poll() is not None, PATIENCE)
        assert text in self.said, self.said

    @property
    def said(self) -> str:
        return self.out.read_text()

    def processes(self) -> list[psutil.Process]:
        """Everything that works on the folder."""
        return [each for each in psutil.process_iter() if self._is_ours(each)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get("KEHU_DATA") == str(self.folder)
        except psutil.Error:
            return False

    def _command(self, *arguments: str) -> list[str]:
        module = "tests.support.cluster"
        return [sys.executable, "-m", module, *arguments, "--data", str(self.folder)]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The data folder of the module, empty at first."""
    folder, lock = free_folder("keeper")
    end_all_of(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o755)
    yield folder
    os.close(lock)


@pytest.fixture
def keeper(folder: Path) -> Iterator[Keeper]:
    """A cluster that is being started; its bus is the log in PostgreSQL."""
    keeper = Keeper(folder)
    yield keeper
    keeper.process.kill()
    keeper.process.wait()
    end_all_of(folder)


async def test_it_keeps_everything_running_until_it_is_stopped(keeper: Keeper) -> None:
    """F1, F17: who is killed is started again; a stop ends all of it in good order."""
    await keeper.says("ready at http://127.0.0.1:")
    assert len(keeper.processes()) == 9  # APIs, workers, ingress

    (victim,) = [each for each in keeper.processes() if "order" in each.cmdline()[3:5]][:1]
    victim.kill()
    await keeper.says("ended; starting it again in")

    assert keeper.stop().returncode == 0
    assert keeper.process.wait(PATIENCE) == 0
    assert keeper.said.splitlines()[-1].endswith("stopped")
    assert keeper.processes() == []


async def test_it_may_be_stopped_while_it_starts(keeper: Keeper) -> None:
    await keeper.says("PostgreSQL")
    assert keeper.stop().returncode == 0
    assert keeper.process.wait(PATIENCE) == 0
    assert keeper.processes() == []


async def test_what_a_killed_keeper_left_is_ended(keeper: Keeper) -> None:
    await keeper.says("PostgreSQL")
    keeper.process.kill()
    keeper.process.wait()
    assert EmbeddedPostgres(keeper.folder).is_running
    assert keeper.stop().returncode == 0
    assert not EmbeddedPostgres(keeper.folder).is_running
    assert keeper.processes() == []
