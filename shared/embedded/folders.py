"""Where the embedded system keeps its data, and that PostgreSQL's account can get there."""

import hashlib
import os
from pathlib import Path

from shared.embedded.account import Account, server_account
from shared.embedded.errors import EmbeddedPostgresError

CLUSTER = "pgdata"
ROOT_CACHE = Path("/var/cache/kehu")


def default_data_dir() -> Path:
    """`KEHU_DATA` when set, else `.kehu` in the current folder.

    Root's PostgreSQL runs as another user, who may not be able to enter the current folder
    (a checkout below a closed home); then it is a folder of its own below /var/cache/kehu.
    """
    if chosen := os.environ.get("KEHU_DATA"):
        return Path(chosen).expanduser().resolve()
    here = Path.cwd()
    beside = here / ".kehu"
    if os.geteuid() != 0 or server_account(beside / CLUSTER).can_enter(here):
        return beside
    return ROOT_CACHE / hashlib.sha256(str(here).encode()).hexdigest()[:12]


def make_data_dir(folder: Path, account: Account) -> None:
    """Makes the folder so that the account can enter it, whatever our umask is."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        path.chmod(0o755)
    if account.uid is None or account.can_enter(folder):
        return
    folder.chmod(folder.stat().st_mode | 0o011)
    if not account.can_enter(folder):
        raise EmbeddedPostgresError(
            f"PostgreSQL runs as user {account.name!r}, who cannot enter {folder}; "
            "name another data folder in KEHU_DATA, or run this as an ordinary user"
        )


def give_to_owner_of(folder: Path, path: Path) -> None:
    """Keeps a file that root writes readable for the user whose folder it lies in."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
