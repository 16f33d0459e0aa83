"""Events about how the company is organised: its units from the company down to the teams, the
roles with what they may do, and who stands in for whom."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from shared.events.payload import Payload, event


class UnitState(Payload):
    """A unit with its place in the tree: ``path`` holds the codes from the company down, each
    followed by a slash, so that everything below a unit begins with its path."""

    unit_id: UUID
    code: str
    name: str
    kind: str  # company, region, branch, department, team
    parent_id: UUID | None
    manager_id: UUID | None
    path: str
    status: str  # open, closed


@event("crm.customer.unit.opened.v1")
class UnitOpened(UnitState):
    """A unit was opened below another; the company itself is the first (S218)."""


@event("crm.customer.unit.changed.v1")
class UnitChanged(UnitState):
    """Name or manager changed."""


@event("crm.customer.unit.moved.v1")
class UnitMoved(UnitState):
    """The path changed, because the unit or one above it was put below another."""


@event("crm.customer.unit.closed.v1")
class UnitClosed(UnitState):
    """The unit is no more; nobody works in it."""


class RoleState(Payload):
    """A role and what it may do, in all services."""

    role_id: UUID
    code: str
    name: str
    name_zh: str
    permissions: tuple[str, ...]
    predefined: bool
    status: str  # active, retired
    reach: str | None = None  # whose things it shows: own, team, department, region, all


@event("crm.customer.role.defined.v1")
class RoleDefined(RoleState):
    """There is a new role (S217)."""


@event("crm.customer.role.changed.v1")
class RoleChanged(RoleState):
    """Its names changed, or permissions were granted or revoked (S214)."""


@event("crm.customer.role.retired.v1")
class RoleRetired(RoleState):
    """Nobody holds the role, and nobody gets it any more."""


class DeputyState(Payload):
    """Who stands in for whom from one day to another, both included; the reason is not told."""

    deputyship_id: UUID
    principal_id: UUID
    deputy_id: UUID
    starts_on: date
    ends_on: date
    status: str  # appointed, revoked


@event("crm.customer.deputy.appointed.v1")
class DeputyAppointed(DeputyState):
    """Somebody will stand in for somebody else (S18, S214)."""


@event("crm.customer.deputy.revoked.v1")
class DeputyRevoked(DeputyState):
    """Somebody stands in no more."""
