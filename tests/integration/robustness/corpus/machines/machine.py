"""A kind of document with states, and the steps that may be taken in each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.integration.robustness.worlds import World

Json = dict[str, Any]


@dataclass(frozen=True)
class Machine:
    """``states`` are the ways to a document in each state, ``steps`` are operations by short names,
    ``allowed`` those that may be taken in a state: all others have to be refused there.

    ``id_name`` is what paths call the document; ``bodies`` are fields of a step's body that the
    description of the API does not tell. ``codes`` are those of the refusals.
    """

    service: str
    id_name: str
    states: Mapping[str, Callable[[World], Awaitable[Json]]]
    steps: Mapping[str, str]
    allowed: Mapping[str, str]
    codes: tuple[str, ...]
    bodies: Mapping[str, Json] = field(default_factory=dict)

    def refused(self, state: str) -> list[str]:
        """The steps that may not be taken in a state."""
        return [each for each in self.steps if each not in self.allowed.get(state, "").split()]
