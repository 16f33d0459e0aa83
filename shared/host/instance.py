"""One running system per data folder: a lock that dies with its holder, and who that is."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.embedded.account import server_account
from shared.embedded.folders import CLUSTER, give_to_owner_of, make_data_dir
from shared.host.errors import HostError

FILE = "kehu.lock"


@contextmanager
def only_instance(folder: Path) -> Iterator[Callable[[str], None]]:
    """Hold the folder during the block; gives a function that notes the address we answer at.

    Raises:
        HostError: another process holds it, or it belongs to another user.
    """
    make_data_dir(folder, server_account(folder / CLUSTER))
    handle = _open(folder)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HostError(f"Kehu runs on {folder} already: {_holder(handle)}.") from None
        _note(handle, f"process {os.getpid()} is starting")
        yield lambda address: _note(handle, f"{address}, process {os.getpid()}")
        os.truncate(handle, 0)
    finally:
        os.close(handle)


def holder(folder: Path) -> str | None:
    """Return who holds the folder, or None when nobody does."""
    if not (folder / FILE).exists():
        return None
    handle = _open(folder)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _holder(handle)
    finally:
        os.close(handle)
    return None


def _open(folder: Path) -> int:
    try:
        handle = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError as error:
        raise HostError(
            f"The data in {folder} belongs to another user; run this as that user, or name"
            " another folder with --data or KEHU_DATA."
        ) from error
    give_to_owner_of(folder, folder / FILE)
    return handle


def _note(handle: int, text: str) -> None:
    os.truncate(handle, 0)
    os.pwrite(handle, text.encode(), 0)


def _holder(handle: int) -> str:
    return os.pread(handle, 200, 0).decode(errors="replace")
