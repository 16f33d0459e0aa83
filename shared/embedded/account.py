"""The operating-system account that PostgreSQL runs under.

PostgreSQL refuses to run as root, so root lends it another account; anybody else runs it as
themselves.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.embedded.errors import EmbeddedPostgresError

# Nothing of the caller's environment may steer the server (PGPORT, PGDATA, LC_*, TZ).
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


@dataclass(frozen=True)
class Account:
    """Who runs the server's programs; `uid` None means the user who runs this program."""

    name: str
    uid: int | None = None
    gid: int | None = None

    def run(
        self, *command: str | Path, output: int = subprocess.DEVNULL
    ) -> subprocess.CompletedProcess[bytes]:
        """Runs a program to its end. Output goes to a file or nowhere, never into a pipe:
        a server that outlives pg_ctl would hold the pipe open and the reader would hang.
        """
        switch: dict[str, Any] = {}
        if self.uid is not None:
            switch = {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=ENVIRONMENT,
            cwd="/",  # the caller's folder may be closed to the account
            umask=0o077,
            check=False,
            **switch,
        )

    def can_enter(self, folder: Path) -> bool:
        """Tried rather than computed from mode bits, so that access lists count too."""
        return self.run("/bin/sh", "-c", 'cd -- "$1"', "sh", folder).returncode == 0

    def can_run(self, program: Path) -> bool:
        try:
            return self.run(program, "--version").returncode == 0
        except OSError:
            return False

    def own(self, path: Path) -> None:
        """Gives a file or folder that we made to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def server_account(cluster: Path) -> Account:
    """The account for the cluster in this folder: for root its owner, `postgres` or `nobody`."""
    if os.geteuid() != 0:
        return Account(pwd.getpwuid(os.geteuid()).pw_name if _has_name() else str(os.geteuid()))
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return Account(str(owner.st_uid), owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedPostgresError(
        "PostgreSQL does not run as root, and there is neither a user 'postgres' nor 'nobody' "
        "to run it as; run this as an ordinary user"
    )


def _has_name() -> bool:
    """A container may run us under a number that no password file knows."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return True
