"""What a topic is like: whether workers share it, how long it keeps its records, and whether only
the newest of each key."""

from __future__ import annotations

from dataclasses import dataclass

#: Partitions of a busy topic, unless an installation says otherwise; fixed when it is created.
PARTITIONS = 4
#: An event carries its whole document, which came in requests of at most a mebibyte.
MAX_MESSAGE_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it is declared. ``retention_days`` None keeps everything, so that read models can
    be built anew from the beginning; ``compacted`` keeps the newest record of each key. ``busy``
    topics have partitions that workers share; others have one, because whoever reads a topic names
    each of its partitions in every fetch, whether or not there is something in it."""

    name: str
    busy: bool = True
    retention_days: int | None = None
    compacted: bool = False

    def partitions(self, of_busy: int = PARTITIONS) -> int:
        """Return the partitions the topic gets where busy ones get so many."""
        return of_busy if self.busy else 1

    def configuration(self) -> dict[str, str]:
        """Return Kafka's settings of the topic."""
        keep = -1 if self.retention_days is None else self.retention_days * 86_400_000
        return {
            "cleanup.policy": "compact" if self.compacted else "delete",
            "retention.ms": str(keep),
            "retention.bytes": "-1",
            "max.message.bytes": str(MAX_MESSAGE_BYTES),
        }
