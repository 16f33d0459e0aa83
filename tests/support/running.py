"""The command ``kehu`` as a process of its own, on a data folder of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
_READY = re.compile(r"ready (?:in [0-9.]+ s )?at (http://\S+)")
_SIGN_IN = re.compile(r"First sign-in: (\S+) / (\S+)")


@contextmanager
def data_folder() -> Iterator[Path]:
    """A data folder to be, where the server's account can go; gone afterwards."""
    place = Path(tempfile.mkdtemp(prefix="kehu-test-"))
    place.chmod(0o755)
    yield place / "data"
    shutil.rmtree(place)


class Running:
    """A process of ``kehu``; what it says goes into files beside its data folder."""

    def __init__(self, *arguments: str, data: Path, env: dict[str, str] | None = None) -> None:
        self.data = data
        self.out = Path(tempfile.mkdtemp(prefix="said-", dir=data.parent)) / "out"
        with self.out.open("wb") as out, self.out.with_suffix(".err").open("wb") as err:
            self.process = subprocess.Popen(
                command(*arguments), stdout=out, stderr=err, cwd=ROOT, env=environment(data, env)
            )

    @property
    def said(self) -> str:
        """What it printed so far."""
        return self.out.read_text()

    @property
    def logged(self) -> str:
        """What it logged so far."""
        return self.out.with_suffix(".err").read_text()

    @property
    def sign_in(self) -> tuple[str, str]:
        """The first administrator's name and password."""
        found = _SIGN_IN.search(self.said)
        assert found, self.said
        return found[1], found[2]

    def address(self, seconds: float = 60) -> str:
        """Where it answers, once it says that it is ready."""
        deadline = time.monotonic() + seconds
        while not (found := _READY.search(self.said)):
            assert self.process.poll() is None, self.said + self.logged
            assert time.monotonic() < deadline, self.said + self.logged
            time.sleep(0.05)
        return found[1]

    def stop(self, seconds: float = 30) -> int:
        """Ask it to stop, and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self) -> None:
        """Kill it, without giving it a chance."""
        self.process.kill()
        self.process.wait(10)


@contextmanager
def running(*arguments: str, data: Path, env: dict[str, str] | None = None) -> Iterator[Running]:
    """Run ``kehu`` during the block."""
    process = Running(*arguments, data=data, env=env)
    try:
        yield process
    finally:
        try:
            process.stop()
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def run(*arguments: str, data: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of ``kehu`` to its end."""
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env=environment(data, None),
        capture_output=True,
        text=True,
        timeout=120,
    )


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from shared.cli import main; main()", *arguments]


def environment(data: Path, more: dict[str, str] | None) -> dict[str, str]:
    """Our environment without its own settings of Kehu."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KEHU_")}
    return {**kept, "KEHU_DATA": str(data), "COLUMNS": "200", **(more or {})}


def token(address: str, sign_in: tuple[str, str]) -> str:
    """Sign in; return the access token."""
    form = {"grant_type": "password", "username": sign_in[0], "password": sign_in[1]}
    answer = httpx.post(f"{address}/v1/auth/token", data=form)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def dsn(data: Path, role: str) -> str:
    """The database of a role on the embedded server of a data folder."""
    port = json.loads((data / "postgres.json").read_text())["port"]
    password = json.loads((data / "passwords.json").read_text())[role]
    return f"postgresql://{role}:{password}@127.0.0.1:{port}/{role}"
