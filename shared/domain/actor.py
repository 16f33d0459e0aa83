"""Who acts: a signed-in person, a machine, or the system itself answering an event."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.domain.errors import Forbidden
from shared.domain.scope import Reach


@dataclass(frozen=True, slots=True)
class Principal:
    """The person in whose name a deputy acts."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Actor:
    """The party a change is attributed to, with what it may do.

    A deputy who acts ``on_behalf_of`` a principal is the actor, by id and name; roles, permissions
    and place are those of the principal (S18, S214).
    """

    id: UUID
    name: str
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    #: Whose things the roles show; what that comes to is told by ``shared/auth/scope``.
    reach: Reach = Reach.OWN
    department: str | None = None
    branch: str | None = None
    #: Of one who signed in here: the session it can be ended by.
    session_id: UUID | None = None
    on_behalf_of: Principal | None = None
    #: Of a portal user, who works for a customer and not here: which customer (S25).
    customer_id: UUID | None = None

    @property
    def principal_id(self) -> UUID | None:
        """In whose name a deputy acts; None: in one's own."""
        return self.on_behalf_of.id if self.on_behalf_of else None

    @property
    def signature(self) -> tuple[UUID, UUID | None]:
        """The actor, and in whose name: what documents note of who handled them."""
        return self.id, self.principal_id

    @property
    def stands_for(self) -> UUID:
        """Whose the work is: the principal of a deputy, otherwise the actor."""
        return self.on_behalf_of.id if self.on_behalf_of else self.id

    @property
    def hands(self) -> tuple[UUID, ...]:
        """All who had a hand in what is done: of these none approves it later."""
        return hands(self.id, self.principal_id)

    def may(self, permission: str) -> bool:
        """Say whether the actor holds ``permission`` (``order.approve``)."""
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Refuse with 403 unless the actor holds ``permission``."""
        if permission not in self.permissions:
            raise Forbidden(f"This needs the permission {permission}.", permission=permission)


def hands(by: UUID, on_behalf_of: UUID | None) -> tuple[UUID, ...]:
    """Return all who had a hand in what a person did, the principal of a deputy first."""
    return (by,) if on_behalf_of is None else (on_behalf_of, by)


#: The system as an actor: reactions to events and scheduled work.
SYSTEM = Actor(id=UUID(int=0), name="system", roles=frozenset({"system"}), reach=Reach.ALL)
