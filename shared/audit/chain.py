"""The hash chain: each seal binds its entry and all before it.

``hash = SHA-256(hash of the seal before ‖ canonical bytes of the entry)``; before the first seal
stand 32 zero bytes. The canonical bytes are ours down to the last one, so that no release of a
library can change them: the fields in the order of FIELDS, each as ``length:bytes`` or ``-``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

#: The hash before the first seal.
GENESIS = bytes(32)
#: What is sealed: of people their ids, since what they are called is erased with them. Never
#: change the order; a column that is added needs a format of its own.
FIELDS = (
    "id",
    "at",
    "actor_id",
    "on_behalf_of",
    "address",
    "client",
    "request_id",
    "trace_id",
    "event_type",
    "aggregate_type",
    "aggregate_id",
    "aggregate_version",
    "changes",
)
_FORMAT = b"kehu-audit-2\n"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def canonical(entry: Mapping[str, Any]) -> bytes:
    """Return the bytes that stand for an entry."""
    return _FORMAT + b"".join([_part(entry[name]) for name in FIELDS])


def link(before: bytes, entry: Mapping[str, Any]) -> bytes:
    """Return the hash of an entry's seal, after that of the seal before."""
    return hashlib.sha256(before + canonical(entry)).digest()


def _part(value: Any) -> bytes:
    if value is None:
        return b"-"
    if isinstance(value, str):
        found = value.encode()
    elif isinstance(value, UUID):
        found = value.bytes
    elif isinstance(value, datetime):
        found = b"%d" % ((value - _EPOCH) // _MICROSECOND)
    else:
        found = b"%d" % value
    return b"%d:%b" % (len(found), found)
