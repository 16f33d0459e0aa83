"""Sends the cases of one class, judges the answers, and counts what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from tests.integration.robustness.judging import asked_twice, fingerprint
from tests.integration.robustness.worlds import World
from tests.support.bad_input import REFUSED, Case, encoded, good_request
from tests.support.operations import Json, Operation, Pointer, replaced

Worlds = Mapping[str, World]
#: A pointer into a body as it is written here: ``lines/0/quantity``.
Place = str


@dataclass
class Tally:
    """What came of the cases of one class. No case counts twice."""

    worlds: Worlds
    cases: int = 0
    failed: int = 0
    accepted: int = 0
    changes: int = 0
    faults: list[str] = field(default_factory=list)
    _seen: set[Any] = field(default_factory=set)

    async def refuse(self, service: str, cases: Iterable[Case]) -> None:
        """Send each case twice. Each is refused alike, as it says, and no row of the service has
        changed afterwards: none of its documents, events, audit entries or versions."""
        world = self.worlds[service]
        before = await fingerprint(world)
        for case in cases:
            self.count(service, case.method, case.path, case.headers, case.content)
            answer, found = await asked_twice(world, case)
            self.failed += answer.status >= 500
            self.accepted += answer.status < 400
            self.faults += found
        after = await fingerprint(world)
        self.compare(service, before, after)

    def compare(self, service: str, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        """Note what has changed and should not have."""
        changed = [table for table in after if after[table] != before[table]]
        self.changes += len(changed)
        self.faults += [f"{service}: {table} has changed" for table in changed]

    def count(self, *what: Any) -> None:
        """Count a case."""
        assert what not in self._seen, f"twice in one class: {str(what)[:300]}"
        self._seen.add(what)
        self.cases += 1


def operation(world: World, name: str) -> Operation:
    """An operation by its method and path."""
    (found,) = [each for each in world.operations if str(each) == name]
    return found


def good(world: World, name: str) -> tuple[Case, Json]:
    """A request that would not be refused for its form, and its body."""
    found = operation(world, name)
    return good_request(found, world.known), next(found.bodies(world.known), {})


def altered(
    world: World, name: str, place: Place, values: Mapping[str, Any], **fields: Any
) -> Iterator[Case]:
    """A good request with bad values at a place of its body. Unless told otherwise, the refusal has
    to name the place."""
    case, body = good(world, name)
    pointer = steps(place)
    said = {"statuses": REFUSED, "pointer": f"/{place}", "kind": place, **fields}
    for what, value in values.items():
        content = encoded(replaced(body, pointer, value))
        yield replace(case, name=what, content=content, **said)


def steps(place: Place) -> Pointer:
    """The steps to a place."""
    return tuple(int(each) if each.isdigit() else each for each in place.split("/"))


def key() -> tuple[str, str]:
    """An idempotency key of its own."""
    return ("idempotency-key", str(uuid4()))
