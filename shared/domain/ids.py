"""Identifiers: UUIDv7 (RFC 9562), made in Python, ascending within a process."""

from __future__ import annotations

import os
import threading
import time
from uuid import UUID

_COUNTER_BITS = 12
_lock = threading.Lock()
_last = 0


def new_id() -> UUID:
    """Return a new UUIDv7: milliseconds, a 12-bit counter, 62 random bits.

    Two calls in one process never go backwards, so sorting by id is sorting by creation.
    """
    global _last
    with _lock:
        _last = max(_last + 1, int(time.time() * 1000) << _COUNTER_BITS)
        stamp = _last
    milliseconds, counter = stamp >> _COUNTER_BITS, stamp & 0xFFF
    random = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | counter << 64 | 0x2 << 62 | random)
