"""Whose things an actor may see, by who is in which unit and who stands in for whom (S215, S216).

Read anew every few seconds by whoever asks. Where it is enforced: the gate of a route lends
connections that carry the scope; repositories load through it, and every list and sum adds
``conn.seeing(owner)`` (``shared/db/driver.py``).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from uuid import UUID

from shared.auth.rereading import Rereading
from shared.domain.actor import Actor
from shared.domain.clock import business_date, now
from shared.domain.scope import EVERYTHING, Reach, Scope

_FRESH_SECONDS = 5.0
#: Above whatever a path consists of.
_LAST = "\U0010ffff"

#: Somebody, the path of the unit the person is in, and for who is in none the branch and department
#: by name.
Placed = tuple[UUID, str | None, str | None, str | None]
#: The path of a unit, and what kind of unit it is.
Kind = tuple[str, str]
#: Deputy, principal, and the first and the last day.
StandIn = tuple[UUID, UUID, date, date]
#: What one service has of the organisation.
Known = tuple[Iterable[Placed], Iterable[Kind], Iterable[StandIn]]


class Organisation:
    """Who is where, and who stands in for whom. It never changes: what moved is in the next one."""

    def __init__(
        self, people: Iterable[Placed], units: Iterable[Kind], stand_ins: Iterable[StandIn]
    ) -> None:
        self._kinds = dict(units)
        self._paths: dict[UUID, str] = {}
        for person, path, branch, department in people:
            if path is not None:
                self._paths[person] = path
            elif department is not None:
                self._paths[person] = named = f"={branch or ''}/{department}/"
                self._kinds[named] = Reach.DEPARTMENT
        placed = sorted((path, person) for person, path in self._paths.items())
        self._in_order = [path for path, _ in placed]
        self._people = [person for _, person in placed]
        self._stand_ins = list(stand_ins)
        self._known: dict[tuple[UUID, Reach, bool, date], Scope] = {}

    def scope(self, actor: Actor, today: date) -> Scope:
        """Return whose things the actor may see today; a deputy in somebody's name what that person
        may see, but not what is seen by standing in for others."""
        deputising = actor.on_behalf_of is not None
        key = (actor.stands_for, actor.reach, deputising, today)
        found = self._known.get(key)
        if found is None:
            owners = {actor.stands_for} | self._around(actor.stands_for, actor.reach)
            if not deputising:
                owners |= self._principals(actor.id, today)
            found = self._known[key] = Scope(frozenset(owners))
        return found

    def _principals(self, deputy: UUID, today: date) -> set[UUID]:
        return {
            principal
            for stands_in, principal, first, last in self._stand_ins
            if stands_in == deputy and first <= today <= last
        }

    def _around(self, person: UUID, reach: Reach) -> set[UUID]:
        path = self._paths.get(person)
        if path is None or reach is Reach.OWN:
            return set()
        top = self._top(path, reach)
        first = bisect_left(self._in_order, top)
        return set(self._people[first : bisect_left(self._in_order, top + _LAST)])

    def _top(self, path: str, reach: Reach) -> str:
        """Return the path of the nearest unit of the kind; where there is none, of the widest that
        is narrower."""
        wanted = (
            [Reach.DEPARTMENT] if reach is Reach.DEPARTMENT else [Reach.REGION, Reach.DEPARTMENT]
        )
        if reach is not Reach.TEAM:
            for kind in wanted:
                for above in _upwards(path):
                    if self._kinds.get(above) == kind:
                        return above
        return path


class Scopes:
    """What each actor may see in one service."""

    def __init__(self, read: Callable[[], Awaitable[Known]]) -> None:
        self.read = read
        self._organisation = Organisation((), (), ())
        self._rereading = Rereading(self._refresh)

    async def of(self, actor: Actor) -> Scope:
        """Return whose things the actor may see now."""
        if actor.reach is Reach.ALL:
            return EVERYTHING
        if self._rereading.is_older_than(_FRESH_SECONDS):
            await self._rereading.again()
        return self._organisation.scope(actor, business_date(now()))

    def forget(self) -> None:
        """Read anew at the next request: somebody or something was just moved."""
        self._rereading.forget()

    async def _refresh(self) -> None:
        self._organisation = Organisation(*await self.read())


def _upwards(path: str) -> Iterable[str]:
    """Yield the path of a unit and of those above it."""
    while path:
        yield path
        path = path[: path.rstrip("/").rfind("/") + 1]
