"""The files of one PostgreSQL cluster: made by initdb, with Kehu's settings and its log."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from shared.embedded.account import Account
from shared.embedded.binaries import Binaries
from shared.embedded.errors import EmbeddedPostgresError
from shared.embedded.state import HOST, State

DRAFT = "pgdata-draft-"
LOG_LIMIT = 10 * 1024 * 1024

# Fit for a laptop. They stand in postgresql.conf, where an operator may change them.
SETTINGS = f"""
# Written by Kehu when this cluster was made; yours to change. The port is given at start.
listen_addresses = '{HOST}'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 8MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
fsync = on
synchronous_commit = on
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
log_line_prefix = '%m [%p] %q%u@%d '
"""

# After a crash the server syncs its files before it recovers: thousands, one by one, or the file
# system at once, which takes a fifth of the time.
LINUX_SETTINGS = "recovery_init_sync_method = syncfs\n"


def cluster_major(cluster: Path) -> int | None:
    """The major version that the data belongs to; None when there is no cluster yet."""
    try:
        return int((cluster / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def make_cluster(cluster: Path, binaries: Binaries, account: Account, state: State) -> None:
    """initdb in a folder beside, renamed when complete, so that a kill leaves no half cluster."""
    for left_behind in cluster.parent.glob(f"{DRAFT}*"):
        shutil.rmtree(left_behind, ignore_errors=True)
    # A new name each time: the initdb of a killed start may still be writing to the last one.
    draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=cluster.parent))
    account.own(draft)
    _initdb(draft, binaries, account, state)
    with (draft / "postgresql.conf").open("a") as conf:
        conf.write(SETTINGS + (LINUX_SETTINGS if sys.platform == "linux" else ""))
    draft.rename(cluster)


def open_log(log: Path, account: Account) -> None:
    """Makes the log writable for the server's account and puts a long one aside."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.rename(log.with_suffix(".old.log"))
    if not log.exists():
        log.touch(mode=0o600)
        account.own(log)


def log_tail(log: Path, lines: int = 20) -> str:
    """The end of the server's log, for error messages."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError as error:
        return f"(no log: {error})"


def _initdb(draft: Path, binaries: Binaries, account: Account, state: State) -> None:
    output, output_name = tempfile.mkstemp(prefix="initdb-", dir=draft.parent)
    password_file = _password_file(draft.parent, account, state.password)
    try:
        done = account.run(
            *(binaries.program("initdb"), "-D", draft, "-U", state.superuser),
            *("-A", "scram-sha-256", "--pwfile", password_file),
            *("-E", "UTF8", *_locale(binaries.major)),
            output=output,
        )
        if done.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise EmbeddedPostgresError(f"initdb failed:\n{log_tail(Path(output_name))}")
    finally:
        os.close(output)
        Path(output_name).unlink()
        password_file.unlink()


def _locale(major: int) -> list[str]:
    """With the character type C pg_trgm would find no trigram in Chinese text."""
    if major >= 17:
        return ["--locale-provider=builtin", "--locale=C.UTF-8"]
    return ["--locale=C", "--lc-ctype=C.UTF-8"]


def _password_file(folder: Path, account: Account, password: str) -> Path:
    handle, name = tempfile.mkstemp(prefix="password-", dir=folder)
    with os.fdopen(handle, "w") as file:
        file.write(password)
    account.own(Path(name))
    return Path(name)
