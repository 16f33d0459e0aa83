"""One PostgreSQL cluster for a whole pytest run, and databases cloned from templates in it.

Runs at the same time (two terminals, pytest-xdist) each take a cluster of their own.
"""

import asyncio
import atexit
import fcntl
import functools
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg

from shared.embedded import EmbeddedPostgres, PostgresServer, default_data_dir
from shared.embedded.account import server_account
from shared.embedded.folders import make_data_dir

# Only here: what a test writes need not survive the machine. Fault tests kill processes, not
# the machine, and use clusters of their own with the ordinary settings.
FAST_AND_FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}

LEFT_DATABASES = r"""
SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1')
"""
LEFT_ROLES = r"SELECT rolname FROM pg_roles WHERE rolname <> $1 AND rolname NOT LIKE 'pg\_%'"


@functools.cache
def test_server() -> PostgresServer:
    """The run's server, started on the first call, empty, and stopped when the process ends."""
    folder, _ = free_folder()
    postgres = EmbeddedPostgres(folder, options=FAST_AND_FORGETFUL)
    server = postgres.start()
    atexit.register(postgres.stop)
    # In a thread: the caller, a fixture perhaps, may be running a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, empty(server)).result()
    return server


test_server.__test__ = False  # type: ignore[attr-defined]  # pytest: a helper, not a test


async def create_database(server: PostgresServer, name: str) -> str:
    """An empty database; returns the superuser's DSN."""
    await _execute(server, f'CREATE DATABASE "{name}"')
    return server.dsn(name)


async def clone_database(server: PostgresServer, template: str, name: str) -> str:
    """A copy of a database to which nobody is connected; returns the superuser's DSN."""
    await _execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return server.dsn(name)


async def drop_database(server: PostgresServer, name: str) -> None:
    """Drops a database even when somebody is still connected to it, if it exists."""
    await _execute(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def free_folder(kind: str = "") -> tuple[Path, int]:
    """The first folder of test/<kind>1, test/<kind>2, ... whose lock nobody holds, and the open
    lock file; held until that is closed or we end."""
    base = default_data_dir() / "test"
    for folder in (base.parent, base):
        make_data_dir(folder, server_account(base))
    for number in range(1, 100):
        handle = os.open(base / f"{kind}{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            continue
        return base / f"{kind}{number}", handle
    raise RuntimeError(f"a hundred test runs at once in {base}?")


async def empty(server: PostgresServer) -> None:
    """Removes the databases and roles that a killed run left."""
    connection = await asyncpg.connect(server.dsn("postgres"))
    try:
        for database in await connection.fetch(LEFT_DATABASES):
            await connection.execute(f'ALTER DATABASE "{database[0]}" IS_TEMPLATE false')
            await connection.execute(f'DROP DATABASE "{database[0]}" WITH (FORCE)')
        for role in await connection.fetch(LEFT_ROLES, server.superuser):
            await connection.execute(f'DROP OWNED BY "{role[0]}"')
            await connection.execute(f'DROP ROLE "{role[0]}"')
    finally:
        await connection.close()


async def _execute(server: PostgresServer, statement: str) -> None:
    connection = await asyncpg.connect(server.dsn("postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
