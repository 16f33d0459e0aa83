"""Events about roles to rows of the replica, by which tokens permit something."""

from __future__ import annotations

from typing import Any

from services.opportunity.replicas import keep_newest
from services.opportunity.roles.table import roles
from shared.db.unit_of_work import UnitOfWork
from shared.events.organisation import RoleChanged, RoleDefined, RoleRetired, RoleState
from shared.inbox.arrival import Received

EVENTS: tuple[type[RoleState], ...] = (RoleDefined, RoleChanged, RoleRetired)


async def project_roles(uow: UnitOfWork, batch: list[Received[RoleState]]) -> None:
    """Keep what each role permits."""
    await keep_newest(uow, roles, batch, _present)


def _present(received: Received[RoleState]) -> dict[str, Any]:
    role = received.data
    return role.model_dump(exclude={"role_id"}) | {"permissions": list(role.permissions)}
