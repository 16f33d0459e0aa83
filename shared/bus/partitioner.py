"""Key to partition as Kafka's default partitioner does it, so that both buses agree."""

from __future__ import annotations

from functools import lru_cache

_SEED = 0x9747B28C
_M = 0x5BD1E995
_MASK = 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """Return the 32-bit MurmurHash2 of ``data`` with Kafka's seed (kafka.common.utils.Utils)."""
    length = len(data)
    body = length & ~3
    h = _SEED ^ length
    for i in range(0, body, 4):
        k = int.from_bytes(data[i : i + 4], "little") * _M & _MASK
        k = (k ^ k >> 24) * _M & _MASK
        h = h * _M & _MASK ^ k
    if body < length:
        h = (h ^ int.from_bytes(data[body:], "little")) * _M & _MASK
    h = (h ^ h >> 13) * _M & _MASK
    return h ^ h >> 15


@lru_cache(maxsize=65_536)
def partition_of(key: str, partitions: int) -> int:
    """Return the partition of a key."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % partitions
