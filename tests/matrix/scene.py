"""A scene: one service with the same things seven times over, owned by people in each relation to
the one who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.matrix.oracle.relations import Relation
from tests.support.operations import Operation
from tests.support.services import ServiceUnderTest

Body = dict[str, Any]


@dataclass
class Thing:
    """What belongs to one owner: ids by the names that paths and bodies use, and ``canaries``,
    texts that stand in no answer to those who do not see it."""

    known: Body
    canaries: set[str]


@dataclass
class Scene:
    """A furnished service. ``fields`` are what a body says otherwise than its document suggests, by
    operation and role; ``queries`` what lists and reports are asked, by the end of their path."""

    service: ServiceUnderTest
    things: Mapping[Relation, Thing]
    fields: Callable[[str, str], Body] = lambda operation, role: {}
    queries: Mapping[str, Sequence[Body]] = field(default_factory=dict)

    def body(self, operation: Operation, role: str, relation: Relation) -> Body | None:
        """A body that an operation takes, about the thing of an owner."""
        body = next(operation.bodies(self.things[relation].known), None)
        return None if body is None else body | self.fields(str(operation), role)

    def shows_all(self, operation: Operation) -> bool:
        """Whether it lists, page after page, everything there is."""
        pages = any(each["name"] == "page_token" for each in operation.parameters)
        return pages and operation.path.rpartition("/")[2] not in self.queries

    def asked(self, operation: Operation) -> Iterator[Body]:
        """The queries a list or report is asked; lists for all they have."""
        paged = any(each["name"] == "page_size" for each in operation.parameters)
        size = {"page_size": 200} if paged else {}
        for query in self.queries.get(operation.path.rpartition("/")[2], [{}]):
            yield size | query


@contextmanager
def acting(service: ServiceUnderTest, **people: UUID) -> Iterator[None]:
    """Have builders act, under the names they use, as these people."""
    before = dict(service.people)
    service.people.update(people)
    try:
        yield
    finally:
        service.people.clear()
        service.people.update(before)
