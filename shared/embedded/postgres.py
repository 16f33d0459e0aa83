"""Starts, adopts and stops one PostgreSQL server on one data folder.

Several processes may share a server; only the one that started it stops it. A server left behind
by a killed process is adopted by the next.
"""

import fcntl
import os
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from shared.embedded.account import server_account
from shared.embedded.binaries import Binaries, find_binaries, readable_for
from shared.embedded.cluster import cluster_major, log_tail, make_cluster, open_log
from shared.embedded.errors import EmbeddedPostgresError, ServerGoneError
from shared.embedded.folders import CLUSTER, give_to_owner_of, make_data_dir
from shared.embedded.postmaster import clear_remains, running_postmaster
from shared.embedded.readiness import why_not_ready
from shared.embedded.state import HOST, Starter, State

RETRY_SECONDS = 10.0  # how long a start that fails is tried again
READY_SECONDS = 120.0  # how long recovery after a crash may take
STOP_SECONDS = 30  # then it is stopped without its last checkpoint


@dataclass(frozen=True)
class PostgresServer:
    """Where a running server is reached."""

    host: str
    port: int
    superuser: str
    password: str = field(repr=False)

    def dsn(self, database: str, user: str | None = None, password: str | None = None) -> str:
        """`postgresql://...`; the superuser unless a user is named (with that user's password)."""
        if user is None:
            user, password = self.superuser, self.password
        secret = f":{quote(password, safe='')}" if password else ""
        return (
            f"postgresql://{quote(user, safe='')}{secret}@{self.host}:{self.port}"
            f"/{quote(database, safe='')}"
        )


class EmbeddedPostgres:
    """The PostgreSQL server of a data folder.

    `options` are server settings for this start only (`{"fsync": "off"}` for tests); lasting ones
    stand in postgresql.conf. Every method raises EmbeddedPostgresError with the remedy.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        bindir: Path | None = None,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self.data_dir = data_dir.resolve()
        self._bindir = bindir
        self._options = dict(options or {})
        self._launcher = uuid.uuid4().hex
        self._cluster = self.data_dir / CLUSTER
        self._account = server_account(self._cluster)
        self._state_file = self.data_dir / "postgres.json"
        self._log = self.data_dir / "postgres.log"

    def start(self) -> PostgresServer:
        """Makes the cluster if there is none, starts it or adopts the running one; idempotent.

        Returns when the server answers queries.
        """
        make_data_dir(self.data_dir, self._account)
        deadline = time.monotonic() + RETRY_SECONDS
        with self._locked():
            while True:
                if running_postmaster(self._cluster) is None:
                    self._launch(self._programs())
                else:
                    self._adopt()
                try:
                    return self._ready_server()
                except ServerGoneError:  # it was dying when we looked
                    if time.monotonic() > deadline:
                        raise

    def stop(self) -> None:
        """Fast shutdown, if this launcher started (or adopted an orphaned) server."""
        if not self._state_file.exists():
            return
        with self._locked():
            state = State.load(self._state_file)
            if state is None or state.starter is None or state.starter.launcher != self._launcher:
                return
            if running_postmaster(self._cluster) is not None:
                self._shut_down()
            replace(state, starter=None).save(self._state_file)

    @property
    def is_running(self) -> bool:
        """Whether the server process is there, whoever started it."""
        return running_postmaster(self._cluster) is not None

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        pid = running_postmaster(self._cluster)
        if pid is None:
            raise EmbeddedPostgresError(f"no PostgreSQL runs on {self._cluster}")
        return pid

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time starts or stops; the lock dies with its holder."""
        try:
            handle = os.open(self.data_dir / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except PermissionError as error:
            raise EmbeddedPostgresError(
                f"the data in {self.data_dir} belongs to another user; run this as that user or "
                "as root, or name another data folder in KEHU_DATA"
            ) from error
        give_to_owner_of(self.data_dir, self.data_dir / "postgres.lock")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _programs(self) -> Binaries:
        binaries = find_binaries(self._bindir, cluster_major(self._cluster))
        return readable_for(self._account, binaries, self.data_dir)

    def _launch(self, binaries: Binaries) -> None:
        state = State.load(self._state_file)
        if state is None:
            if self._cluster.exists():
                raise EmbeddedPostgresError(
                    f"{self._state_file} with the password is missing beside {self._cluster}"
                )
            state = State.new()
            state.save(self._state_file)
        if not self._cluster.exists():
            make_cluster(self._cluster, binaries, self._account, state)
        self._try_to_start(binaries, state)

    def _try_to_start(self, binaries: Binaries, state: State) -> None:
        """After kill -9 the first tries may fail on what the dead server still holds."""
        open_log(self._log, self._account)
        deadline = time.monotonic() + RETRY_SECONDS
        while True:
            clear_remains(self._cluster)
            state = replace(state.with_free_port(), starter=Starter.here(self._launcher))
            state.save(self._state_file)
            if self._pg_ctl_start(binaries, state) or running_postmaster(self._cluster):
                return
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"PostgreSQL does not start on {self._cluster}:\n{log_tail(self._log)}"
                )
            time.sleep(0.2)

    def _pg_ctl_start(self, binaries: Binaries, state: State) -> bool:
        settings = {"port": str(state.port), **self._options}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        done = self._account.run(
            *(binaries.program("pg_ctl"), "start", "-D", self._cluster, "-l", self._log),
            *("-o", options, "-w", "-t", "60", "-s"),
        )
        return done.returncode == 0

    def _adopt(self) -> None:
        """A server whose starter is dead becomes ours to stop; otherwise it is only used."""
        state = self._known_state()
        if state.starter is None or not state.starter.is_alive():
            replace(state, starter=Starter.here(self._launcher)).save(self._state_file)

    def _ready_server(self) -> PostgresServer:
        state = self._known_state()
        server = PostgresServer(HOST, state.port, state.superuser, state.password)
        deadline = time.monotonic() + READY_SECONDS
        while error := why_not_ready(server.dsn("postgres")):
            if running_postmaster(self._cluster) is None:
                raise ServerGoneError(f"PostgreSQL went away again:\n{log_tail(self._log)}")
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"PostgreSQL does not answer on port {state.port}: {error!r}\n"
                    + log_tail(self._log)
                ) from error
            time.sleep(0.05)
        return server

    def _known_state(self) -> State:
        state = State.load(self._state_file)
        if state is None:
            raise EmbeddedPostgresError(
                f"a server runs on {self._cluster}, but {self._state_file} with its port and "
                "password is missing; stop that server and restore the file"
            )
        return state

    def _shut_down(self) -> None:
        pg_ctl = self._programs().program("pg_ctl")
        for mode in ("fast", "immediate"):
            done = self._account.run(
                *(pg_ctl, "stop", "-D", self._cluster, "-m", mode),
                *("-w", "-t", str(STOP_SECONDS), "-s"),
            )
            if done.returncode == 0 or running_postmaster(self._cluster) is None:
                return
        raise EmbeddedPostgresError(
            f"PostgreSQL (process {self.pid}) does not stop:\n{log_tail(self._log)}"
        )
