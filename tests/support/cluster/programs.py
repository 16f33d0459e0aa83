"""The programs of a cluster: what each is told, which is its own service's affair and no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shared.embedded.state import HOST, free_port
from shared.host.embedded import EmbeddedServer
from shared.service import NAMES
from tests.support.cluster.parts import Program
from tests.support.running import environment


@dataclass(frozen=True)
class Programs:
    """How ``kehu`` is called (``command``) in a cluster's folder, with ``settings`` for everybody
    and ``bus`` for those who publish and consume."""

    folder: Path
    server: EmbeddedServer = field(repr=False)
    command: Sequence[str]
    settings: Mapping[str, str] = field(repr=False)
    bus: Mapping[str, str] = field(repr=False)
    ports: Mapping[str, int] = field(default_factory=lambda: dict(_free_ports()))

    @property
    def api_addresses(self) -> dict[str, str]:
        """Where the services answer, by service."""
        return {name: f"{HOST}:{self.ports[f'{name}-api']}" for name in NAMES}

    def health(self, program: str) -> str:
        """Where a program says whether it is ready."""
        return f"http://{HOST}:{self.ports[program]}/readyz"

    def all(self) -> Iterator[Program]:
        """The API and the worker of every service."""
        for name in NAMES:
            api = f"{name}-api"
            yield self._program(api, self.ports[api], "serve", name, self.for_service(name))
            worker = f"{name}-worker"
            yield self._worker(name, worker, self.ports[worker])

    def another_worker(self, service: str) -> Program:
        """One more worker of a service, which nobody keeps running."""
        return self._worker(service, f"{service}-worker-2", free_port())

    def for_service(self, name: str) -> dict[str, str]:
        """The environment of one service's processes."""
        prefix = f"KEHU_{name.upper()}"
        return self.for_all() | {
            f"{prefix}_DATABASE_URL": self.server.places[name].runtime_dsn,
            f"{prefix}_PAGE_SECRET": self.server.page_secret,
            f"{prefix}_JWKS_URL": f"http://{self.api_addresses['customer']}/v1/auth/jwks",
        }

    def for_operator(self) -> dict[str, str]:
        """The environment of commands about the whole system: all services, and their owners."""
        found = dict(self.bus)
        for name in NAMES:
            found |= self.for_service(name)
            owner = self.server.places[name].owner_dsn
            found[f"KEHU_{name.upper()}_OWNER_DATABASE_URL"] = owner or ""
        return found

    def for_all(self) -> dict[str, str]:
        """What everybody is told; the folder is how the processes of a cluster are found again."""
        return environment(self.folder, dict(self.settings))

    def _worker(self, service: str, name: str, port: int) -> Program:
        told = {**self.for_service(service), **self.bus}
        return self._program(name, port, "work", service, told)

    def _program(
        self, name: str, port: int, verb: str, service: str, told: Mapping[str, str]
    ) -> Program:
        command = [*self.command, verb, service, "--port", str(port)]
        return Program(name, command, self.folder / "logs" / f"{name}.log", told)


def _free_ports() -> Iterator[tuple[str, int]]:
    """A port for each program, no port twice."""
    taken: set[int] = set()
    for name in NAMES:
        for kind in ("api", "worker"):
            while (port := free_port()) in taken:
                pass
            taken.add(port)
            yield f"{name}-{kind}", port
