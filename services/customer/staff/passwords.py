"""Passwords: Argon2id, computed in threads so that the loop goes on, two at a time per process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

T = TypeVar("T")

#: RFC 9106, second recommendation: 64 MiB, three passes, four lanes.
_hasher = PasswordHasher()
# Each computation takes 64 MiB; more at once than there are cores gains nothing.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


async def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password, with its parameters and salt."""
    return await _in_thread(lambda: _hasher.hash(password))


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Say whether the password is the hashed one; without a hash it takes as long and is not."""
    return await _in_thread(lambda: _verify(password, password_hash))


def needs_rehash(password_hash: str) -> bool:
    """Say whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def _verify(password: str, password_hash: str | None) -> bool:
    try:
        _hasher.verify(password_hash or _decoy(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@cache
def _decoy() -> str:
    return _hasher.hash("nobody signs in with this")


async def _in_thread(compute: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_threads, compute)
