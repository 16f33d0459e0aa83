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

    ``stored`` and ``loaded`` are the repository's notes of the row and of the children as they are
    in the database.
    """

    id: UUID
    version: int = 0
    stored: Mapping[str, Any] | None = field(default=None, init=False, repr=False, compare=False)
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
