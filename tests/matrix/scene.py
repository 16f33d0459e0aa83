"""A scene: one service with the same things seven times over, owned by people in each relation to
the one who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from tests.matrix.asking import described
from tests.matrix.oracle.relations import Relation
from tests.matrix.oracle.words import Sees
from tests.support.operations import Operation
from tests.support.services import ServiceUnderTest

Body = dict[str, Any]


@dataclass
class Thing:
    """What belongs to one owner: ids by the names that paths, queries and bodies use, and
    ``canaries``, texts that stand in no answer to those who do not see it. ``within`` are the ids
    that queries and bodies mean where paths mean another. ``worth`` is what it adds to the sum of
    each of the scene's figures."""

    known: Body
    canaries: set[str]
    within: Body = field(default_factory=dict)
    worth: Decimal = Decimal(0)

    @property
    def mentioned(self) -> Body:
        """Ids by the names that queries and bodies use."""
        return self.known | self.within


@dataclass
class Scene:
    """A furnished service.

    ``fields``: what a body says otherwise than its document suggests, by operation and role, about
    what is known. By the end of their path: ``queries``, what lists and reports are asked;
    ``partial``, lists that show less than all there is; ``figures``, the amounts in an answer.
    ``mute``: operations whose answers do not show that they look at an id which they are given, and
    its name. ``mirrors``: by how far somebody sees, the same service with only that in it, which
    says to those who see everything what this one has to say.
    """

    service: ServiceUnderTest
    things: Mapping[Relation, Thing]
    fields: Callable[[str, str, Body], Body] = lambda operation, role, known: {}
    queries: Mapping[str, Sequence[Body]] = field(default_factory=dict)
    partial: frozenset[str] = frozenset()
    figures: Mapping[str, Callable[[Body], Iterator[str]]] = field(default_factory=dict)
    mute: frozenset[tuple[str, str]] = frozenset()
    mirrors: Mapping[Sees, ServiceUnderTest] = field(default_factory=dict)

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """All that the service describes, by method and path."""
        return described(self.service)

    def bodies(self, operation: Operation, role: str, known: Body) -> list[Body | None]:
        """Bodies that an operation takes, about what is known; None for one that takes none."""
        fields = self.fields(str(operation), role, known)
        return [each | fields for each in operation.bodies(known)] or [None]

    def shows_all(self, operation: Operation, query: Body) -> bool:
        """Whether it lists, page after page, everything there is."""
        pages = any(each["name"] == "page_token" for each in operation.parameters)
        whole = operation.path.rpartition("/")[2] not in self.partial
        return pages and whole and query.keys() <= {"page_size"}

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
