"""What is remembered between runs beside the data: port, password, and who started the server."""

import json
import os
import random
import secrets
import socket
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import psutil

from shared.embedded.folders import give_to_owner_of

# Below the range that systems hand out to outgoing connections, so that the remembered port is
# still free when the server comes back.
PORTS = range(20_000, 32_000)
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Starter:
    """The process (and the launcher in it) that started the server and so may stop it."""

    launcher: str
    pid: int
    created: float

    @classmethod
    def here(cls, launcher: str) -> "Starter":
        return cls(launcher, os.getpid(), psutil.Process().create_time())

    def is_alive(self) -> bool:
        try:
            process = psutil.Process(self.pid)
            return (
                process.create_time() == self.created and process.status() != psutil.STATUS_ZOMBIE
            )
        except psutil.NoSuchProcess:
            return False


@dataclass(frozen=True)
class State:
    """The content of `postgres.json`."""

    port: int
    superuser: str
    password: str
    starter: Starter | None = None

    @classmethod
    def new(cls) -> "State":
        return cls(free_port(), "postgres", secrets.token_urlsafe(24))

    @classmethod
    def load(cls, file: Path) -> "State | None":
        if not file.exists():
            return None
        raw: dict[str, Any] = json.loads(file.read_text())
        starter = raw.pop("starter")
        return cls(**raw, starter=Starter(**starter) if starter else None)

    def save(self, file: Path) -> None:
        """Whole or not at all, and for our eyes only: it holds the password."""
        draft = file.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump(asdict(self), out, indent=2)
        give_to_owner_of(file.parent, draft)
        draft.rename(file)

    def with_free_port(self) -> "State":
        """The remembered port while it is free, so that DSNs stay true across restarts."""
        return self if is_free(self.port) else replace(self, port=free_port())


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    while True:
        port = random.choice(PORTS)  # noqa: S311 - a port number is no secret
        if is_free(port):
            return port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as PostgreSQL does
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
