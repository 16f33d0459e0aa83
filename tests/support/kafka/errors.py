"""What keeps Kafka from running: one message for the one who wanted it."""

from __future__ import annotations


class KafkaError(RuntimeError):
    """Kafka cannot be had or does not run; the message says why and what helps."""
