"""Role to event payload."""

from __future__ import annotations

from services.customer.roles.model import RoleDefinition
from shared.domain.aggregate import Change
from shared.events.payload import Payload


def payload(role: RoleDefinition, change: Change) -> Payload:
    """Return the event of ``change`` with the role's state after it."""
    return change.event(
        role_id=role.id,
        code=role.code,
        name=role.name,
        name_zh=role.name_zh,
        permissions=tuple(role.permissions),
        predefined=role.predefined,
        status=role.status,
        reach=role.reach,
    )
