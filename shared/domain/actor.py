"""Who acts: a signed-in person, a machine, or the system itself answering an event."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.domain.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Actor:
    """The party a change is attributed to, with what it may do."""

    id: UUID
    name: str
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    department: str | None = None
    branch: str | None = None

    def may(self, permission: str) -> bool:
        """Say whether the actor holds ``permission`` (``order.approve``)."""
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Refuse with 403 unless the actor holds ``permission``."""
        if permission not in self.permissions:
            raise Forbidden(f"This needs the permission {permission}.", permission=permission)


#: The system as an actor: reactions to events and scheduled work.
SYSTEM = Actor(id=UUID(int=0), name="system", roles=frozenset({"system"}))
