"""What the roles of an actor permit in one service, and how far they reach, as roles are defined
now (S214, S217).

Roles are kept by the customer service and told by events. Until the first event about a predefined
role has arrived, it holds what is built in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping

from shared.auth.rereading import Rereading
from shared.auth.roles import REACHES, PermissionTable, Role, permissions_of
from shared.domain.scope import Reach

#: The code of a role, the permissions it holds, whether it is retired, and how far it reaches;
#: None where it was told by an event of before roles had a reach.
Granted = tuple[str, Iterable[str], bool, str | None]

_FRESH_SECONDS = 5.0
_BUILT_IN_REACHES: Mapping[str, Reach] = {str(role): reach for role, reach in REACHES.items()}


class Table:
    """What each role permits, and how far it reaches. It never changes: what was granted or revoked
    is in the next one."""

    def __init__(
        self,
        by_role: Mapping[str, frozenset[str]],
        reaches: Mapping[str, Reach] = _BUILT_IN_REACHES,
    ) -> None:
        self.by_role = by_role
        self.reaches = reaches
        self._known: dict[frozenset[str], frozenset[str]] = {}

    def permissions(self, roles: frozenset[str]) -> frozenset[str]:
        """Return what these roles permit together."""
        found = self._known.get(roles)
        if found is None:
            held = (self.by_role.get(role, frozenset()) for role in roles)
            found = self._known[roles] = frozenset[str]().union(*held)
        return found

    def reach(self, roles: frozenset[str]) -> Reach:
        """Return how far these roles reach together: as far as the one that reaches furthest."""
        return Reach.widest(self.reaches[role] for role in roles if role in self.reaches)


class Grants:
    """The table of a service, read anew every five seconds."""

    def __init__(
        self,
        built_in: PermissionTable,
        read: Callable[[], Awaitable[Iterable[Granted]]] | None = None,
    ) -> None:
        self._asked = frozenset(built_in)
        self._built_in = {str(role): permissions_of([role], built_in) for role in Role}
        self._read = read
        self._table = Table(self._built_in)
        self._rereading = Rereading(self._refresh)

    async def table(self) -> Table:
        """Return the table as it is now; the same object for as long as nothing changes."""
        if self._read is not None and self._rereading.is_older_than(_FRESH_SECONDS):
            await self._rereading.again()
        return self._table

    def forget(self) -> None:
        """Read anew at the next request: a role was just changed."""
        self._rereading.forget()

    async def _refresh(self) -> None:
        told = list(await self._read()) if self._read is not None else []
        by_role = self._built_in | {
            code: frozenset() if retired else self._asked.intersection(permissions)
            for code, permissions, retired, _ in told
        }
        reaches = {**_BUILT_IN_REACHES}
        for code, _, retired, reach in told:
            if retired:
                reaches[code] = Reach.OWN
            elif reach is not None:
                reaches[code] = Reach(reach)
        if (by_role, reaches) != (self._table.by_role, self._table.reaches):
            self._table = Table(by_role, reaches)
