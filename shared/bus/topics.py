"""What a topic is like: how long it keeps its records, and whether only the newest of each key."""

from __future__ import annotations

from dataclasses import dataclass

#: Partitions of a topic, unless an installation says otherwise; fixed when it is created.
PARTITIONS = 4
#: An event carries its whole document, which came in requests of at most a mebibyte.
MAX_MESSAGE_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it is declared. ``retention_days`` None keeps everything, so that read models can
    be built anew from the beginning; ``compacted`` keeps the newest record of each key."""

    name: str
    retention_days: int | None = None
    compacted: bool = False

    def configuration(self) -> dict[str, str]:
        """Return Kafka's settings of the topic."""
        keep = -1 if self.retention_days is None else self.retention_days * 86_400_000
        return {
            "cleanup.policy": "compact" if self.compacted else "delete",
            "retention.ms": str(keep),
            "retention.bytes": "-1",
            "max.message.bytes": str(MAX_MESSAGE_BYTES),
        }
