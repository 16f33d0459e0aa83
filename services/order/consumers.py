"""Foreign events, and what they become here: replicas, contracts and orders."""

from __future__ import annotations

from shared.inbox.consumer import Consumer

CONSUMERS: tuple[Consumer, ...] = ()
