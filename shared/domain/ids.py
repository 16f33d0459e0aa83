"""Identifiers: UUIDv7 (RFC 9562), made in Python, ascending within a process."""

from __future__ import annotations

import os
import struct
import threading
import time
from uuid import UUID

_COUNTER_BITS = 12
_RANDOM = struct.Struct("128Q")
_lock = threading.Lock()
_last = 0
#: Drawn ahead, since asking the system takes longer than all the rest; a fork draws its own.
_random: list[int] = []
if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_random.clear)


def new_id() -> UUID:
    """Return a new UUIDv7: milliseconds, a 12-bit counter, 62 random bits.

    Two calls in one process never go backwards, so sorting by id is sorting by creation.
    """
    global _last
    with _lock:
        _last = max(_last + 1, int(time.time() * 1000) << _COUNTER_BITS)
        stamp = _last
        if not _random:
            _random.extend(_RANDOM.unpack(os.urandom(_RANDOM.size)))
        random = _random.pop() & ((1 << 62) - 1)
    milliseconds, counter = stamp >> _COUNTER_BITS, stamp & 0xFFF
    return UUID(int=milliseconds << 80 | 0x7 << 76 | counter << 64 | 0x2 << 62 | random)
