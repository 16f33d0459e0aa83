"""Keys go to the partitions Kafka's own clients would choose."""

from uuid import UUID

import pytest

from shared.bus.partitioner import murmur2, partition_of


@pytest.mark.parametrize(
    ("key", "expected"),  # from Kafka's UtilsTest.testMurmur2
    [
        ("21", -973932308),
        ("foobar", -790332482),
        ("a-little-bit-long-string", -985981536),
        ("a-little-bit-longer-string", -1486304829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        ("abc", 479470107),
    ],
)
def test_keys_hash_as_in_kafka(key: str, expected: int) -> None:
    assert murmur2(key.encode()) == expected % 2**32


def test_keys_spread_over_all_partitions() -> None:
    chosen = [partition_of(str(UUID(int=n)), 4) for n in range(400)]
    assert {chosen.count(partition) > 70 for partition in range(4)} == {True}
