"""Asks for what belongs to owners in each relation to the one who asks, and finds the answers that
are otherwise than the oracle says.

What is hidden has to be answered as what does not exist: the same status, code and words. Writes
are sent at the version of nobody or at any version, and rolled back when they succeed: nothing that
is asked changes what is asked next.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx

from shared.db.unit_of_work import Database, UnitOfWork
from shared.domain.ids import new_id
from tests.matrix.asking import refusal
from tests.matrix.oracle.book import BOOK
from tests.matrix.oracle.relations import ALSO_SOMEBODYS, SOMEBODYS, Relation, visible
from tests.matrix.oracle.words import EXECUTIVE, NARROW, Roles, Rule, sees
from tests.matrix.people import ASKER
from tests.matrix.scene import Body, Scene
from tests.support.operations import Operation
from tests.support.services import ServiceUnderTest

#: Which of the roles that may call an operation are asked about.
Chosen = Callable[[Rule], Roles]
#: What is wrong, by operation; and an entry for each on what has an owner.
Findings = dict[str, list[str]]
NOBODYS_VERSION, ANY_VERSION = '"v987654321"', "*"
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class _Rehearsed(Exception):
    """All went well, and is undone."""


@asynccontextmanager
async def rehearsing(db: Database) -> AsyncIterator[None]:
    """Answer what would be done, and do nothing of it."""
    transaction = db.transaction

    @asynccontextmanager
    async def undone(*args: Any, **kwargs: Any) -> AsyncIterator[UnitOfWork]:
        try:
            async with transaction(*args, **kwargs) as uow:
                yield uow
                raise _Rehearsed
        except _Rehearsed:
            pass

    db.transaction = undone  # type: ignore[method-assign]
    try:
        yield
    finally:
        db.transaction = transaction  # type: ignore[method-assign]


class Asking:
    """One round of questions; ``calls`` counts them."""

    def __init__(self, scene: Scene, chosen: Chosen = lambda rule: rule.who) -> None:
        self.scene = scene
        self.chosen = chosen
        self.calls = 0
        self._book = BOOK[scene.service.service.name]
        self.found: Findings = {}
        self.proven: dict[tuple[str, str], bool] = {}

    @property
    def wrong(self) -> str:
        """What is wrong, in words; of each operation the first."""
        told = [f"{name} {found[0]} ({len(found)})" for name, found in self.found.items() if found]
        return "\n".join([f"in {self.calls} calls:", *told]) if told else ""

    @property
    def unproven(self) -> set[tuple[str, str]]:
        """What is named to operations whose answers do not show that it is looked at."""
        return {key for key, proven in self.proven.items() if not proven}

    async def by_id(self) -> None:
        """Ask for each thing by its id."""
        async for client, operation, rule, role in self._each():
            if named(operation):
                await self._by_id(client, operation, rule, role)

    async def mentions(self) -> None:
        """Ask about what one sees, with a query or body that names one thing of another."""
        async for client, operation, rule, role in self._each():
            if role in rule.known_to & rule.able:
                for name in sorted((SOMEBODYS | ALSO_SOMEBODYS) & self._own.keys()):
                    await self._mention(client, operation, role, name)

    async def lists(self) -> None:
        """Ask for lists, searches, sums and exports."""
        async for client, operation, rule, role in self._each(owned=False):
            if operation.writes or named(operation) or _must_say(operation):
                continue
            for query in self.scene.asked(operation):
                self.calls += 1
                answer = await client.get(operation.path, params=query)
                assert answer.status_code == 200, f"{operation} as {role}: {answer.text}"
                self._note(operation, self._shown(operation, query, role, answer))
                if rule.owned and (mirror := self.scene.mirrors.get(sees(role))):
                    self._note(operation, await _otherwise(mirror, operation, query, role, answer))

    @property
    def _own(self) -> Body:
        return self.scene.things[Relation.OWN].known

    @property
    def _mine(self) -> Body:
        return self.scene.things[Relation.OWN].mentioned

    async def _each(
        self, *, owned: bool = True
    ) -> AsyncIterator[tuple[httpx.AsyncClient, Operation, Rule, str]]:
        """Each operation on what has an owner, or all, as each role chosen."""
        roles = {role for rule in self._book.values() for role in self.chosen(rule)}
        for role in sorted(roles):
            async with (
                self.scene.service.client(role, name=ASKER) as client,
                rehearsing(self.scene.service.db),
            ):
                for name, operation in self.scene.operations.items():
                    rule = self._book[name]
                    asked = rule.owned or not (owned or rule.portal)
                    if asked and role in self.chosen(rule):
                        yield client, operation, rule, role

    async def _by_id(
        self, client: httpx.AsyncClient, operation: Operation, rule: Rule, role: str
    ) -> None:
        nothing = self._own | {name: str(new_id()) for name in SOMEBODYS & self._own.keys()}
        (body, *_) = self.scene.bodies(operation, role, self._own)
        missing = told(await self._ask(client, operation, nothing, body))
        assert missing[0] == 404, f"{operation} as {role}: {missing}"
        for relation in self._relations(rule, role):
            thing = self.scene.things[relation]
            (body, *_) = self.scene.bodies(operation, role, thing.known)
            answer = await self._ask(client, operation, thing.known, body)
            seen = role in rule.known_to and visible(role, relation)
            if not seen:
                wrong = "" if told(answer) == missing else f"is not hidden: {answer.text[:200]}"
            elif role not in rule.able:
                wrong = "" if answer.status_code == 403 else f"is not refused: {answer.text[:200]}"
            else:
                wrong = _unseen(answer) or self._leak(role, answer)
            self._note(operation, [f"as {role}, of {relation.value}: {wrong}"] if wrong else [])

    def _relations(self, rule: Rule, role: str) -> Iterable[Relation]:
        """The relations that are asked about: all, but of the many who see everything one only."""
        if role in of_each_reach(rule):
            return self.scene.things
        return (Relation.ELSEWHERE,)

    async def _mention(
        self, client: httpx.AsyncClient, operation: Operation, role: str, name: str
    ) -> None:
        queries = {name} & {each["name"] for each in operation.parameters if each["in"] == "query"}
        own = self.scene.bodies(operation, role, self._mine)
        nothing = self.scene.bodies(operation, role, self._mine | {name: str(new_id())})
        for place, (body, other) in enumerate(zip(own, nothing, strict=True)):
            if not queries and body == other:
                continue
            missing = told(await self._mentioning(client, operation, {name: str(new_id())}, other))
            for relation, thing in self.scene.things.items():
                changed = {name: thing.mentioned[name]}
                body = self.scene.bodies(operation, role, self._mine | changed)[place]
                answer = await self._mentioning(client, operation, changed, body)
                as_missing = told(answer) == missing
                self._looked_at(operation, name, not as_missing and relation is Relation.OWN)
                if not as_missing and not visible(role, relation):
                    detail = f"{relation.value}: {answer.status_code} {answer.text[:200]}"
                    self._note(operation, [f"as {role} is told of {name} of {detail}"])

    def _looked_at(self, operation: Operation, name: str, proven: bool) -> None:
        """Keep whether an answer shows that an id which is named is looked at: one's own is not
        answered as one that is missing. (Somebody else's that one sees may not fit.)"""
        key = (str(operation), name)
        self.proven[key] = self.proven.get(key, False) or proven

    async def _mentioning(
        self, client: httpx.AsyncClient, operation: Operation, changed: Body, body: Body | None
    ) -> httpx.Response:
        wanted = {each["name"]: each for each in operation.parameters if each["in"] == "query"}
        known = self._mine | changed
        params = {
            name: known[name]
            for name, each in wanted.items()
            if name in changed or (each["required"] and name in known)
        }
        return await self._ask(client, operation, self._own, body, ANY_VERSION, params)

    async def _ask(
        self,
        client: httpx.AsyncClient,
        operation: Operation,
        known: Body,
        body: Body | None,
        version: str = NOBODYS_VERSION,
        params: Body | None = None,
    ) -> httpx.Response:
        self.calls += 1
        key = {"Idempotency-Key": str(new_id())} if operation.takes("Idempotency-Key") else {}
        headers = {"If-Match": version, **key} if operation.writes else {}
        address = operation.address(known)
        return await client.request(
            operation.method, address, json=body, params=params, headers=headers
        )

    def _shown(
        self, operation: Operation, query: Body, role: str, answer: httpx.Response
    ) -> Iterator[str]:
        """What a list shows that is hidden, or hides of what is seen; and figures that are not the
        sum of what is seen."""
        if leak := self._leak(role, answer):
            yield f"as {role}: {leak}"
        seen = {each for each in self.scene.things if visible(role, each)}
        rule = self._book[str(operation)]
        if rule.owned and self.scene.shows_all(operation, query):
            for relation in seen:
                if not any(each in answer.text for each in self.scene.things[relation].canaries):
                    yield f"as {role} hides {relation.value}"
        if amounts := self.scene.figures.get(operation.path.rpartition("/")[2]):
            total = sum(map(Decimal, amounts(answer.json())))
            if total != (wanted := sum(self.scene.things[each].worth for each in seen)):
                yield f"as {role} sums up {total}, not {wanted}"

    def _leak(self, role: str, answer: httpx.Response) -> str:
        for relation, thing in self.scene.things.items():
            shown = [each for each in thing.canaries if each in answer.text]
            if shown and not visible(role, relation):
                return f"shows {relation.value}: {shown}"
        return ""

    def _note(self, operation: Operation, wrong: Iterator[str] | list[str]) -> None:
        found = self.found.setdefault(str(operation), [])
        found.extend(wrong)
        if not found and not self._book[str(operation)].owned:
            del self.found[str(operation)]


def narrow(rule: Rule) -> Roles:
    """The roles that may do something, and see less than everything."""
    return rule.who & NARROW.keys()


def of_each_reach(rule: Rule) -> Roles:
    """These, and one of those that see everything."""
    return narrow(rule) | frozenset(sorted(rule.who - NARROW.keys())[:1])


def named(operation: Operation) -> bool:
    """Whether its path names a thing."""
    return "{" in operation.path


def told(answer: httpx.Response) -> tuple[int, str]:
    """An answer without what differs from request to request."""
    if "json" not in answer.headers.get("content-type", ""):
        return answer.status_code, answer.text
    body = answer.json()
    if isinstance(body, dict):
        body |= {"request_id": None, "trace_id": None, "instance": None}
    return answer.status_code, _ID.sub("…", str(body))


def _unseen(answer: httpx.Response) -> str:
    if answer.status_code in (401, 403, 404):
        return f"is hidden: {answer.status_code} {refusal(answer)}"
    return ""


async def _otherwise(
    mirror: ServiceUnderTest, operation: Operation, query: Body, role: str, answer: httpx.Response
) -> list[str]:
    """How an answer is otherwise than where there is nothing but what is seen."""
    async with mirror.client(EXECUTIVE) as client:
        expected = await client.get(operation.path, params=query)
    said, wanted = _timeless(answer), _timeless(expected)
    return [] if said == wanted else [f"as {role} says {said[:200]}, not {wanted[:200]}"]


def _timeless(answer: httpx.Response) -> str:
    """What an answer says, without the events that it is true for."""
    if "json" not in answer.headers["content-type"]:
        return answer.text
    return str({name: each for name, each in answer.json().items() if name != "as_of"})


def _must_say(operation: Operation) -> bool:
    """Whether its query has to name something."""
    return any(each["in"] == "query" and each["required"] for each in operation.parameters)
