"""What every aggregate has (id, version), and what a transition returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from shared.events.payload import Payload


@dataclass(kw_only=True)
class Aggregate:
    """A consistency boundary: saved whole, one event per version, versions 1, 2, 3, …

    ``loaded`` is the repository's note of the children it read.
    """

    id: UUID
    version: int = 0
    loaded: dict[str, tuple[Any, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )


@dataclass(frozen=True, slots=True)
class Change:
    """What a transition did: the event type to publish, and what only the event knows.

    The rest of the payload is the aggregate's state after the change.
    """

    event: type[Payload]
    detail: Mapping[str, Any] = field(default_factory=dict)
