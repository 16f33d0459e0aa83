"""What an audit entry says beyond the event of the change: who, from where, and what changed."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.domain.actor import Actor
from shared.events.envelope import Envelope

#: The changes of an aggregate that has no fields to compare.
NO_FIELDS = "{}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from: the network address and kind of program of a request, or the part
    of the system that acted by itself."""

    address: str | None = None
    client: str | None = None


NOWHERE = Origin()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded event, and its audit entry. ``changes`` is the JSON text of field → [before,
    after]; None: the change has no entry of its own."""

    envelope: Envelope
    actor: Actor
    origin: Origin
    changes: str | None

    @property
    def id(self) -> UUID:
        """The id of the event, and of its entry."""
        return self.envelope.id

    @property
    def trace_id(self) -> str | None:
        """The trace id out of the W3C ``traceparent``."""
        parent = self.envelope.traceparent
        return None if parent is None else parent[3:35]
