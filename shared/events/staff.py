"""Events about the people of the company: names and places, never credentials or private data."""

from __future__ import annotations

from uuid import UUID

from shared.events.payload import Payload, event


class StaffState(Payload):
    """A member of staff as other services may know it."""

    staff_id: UUID
    name: str
    roles: tuple[str, ...]
    department: str | None
    branch: str | None
    status: str  # active, left
    unit_id: UUID | None = None
    unit_path: str | None = None  # codes from the company down: HQ/EAST/SH/
    position: str | None = None
    login_digest: str | None = None  # by which tokens of an identity provider find the person


@event("crm.customer.staff.hired.v1")
class StaffHired(StaffState):
    """Somebody joined (S214)."""


@event("crm.customer.staff.changed.v1")
class StaffChanged(StaffState):
    """Name, roles, position or place changed."""


@event("crm.customer.staff.left.v1")
class StaffLeft(StaffState):
    """Somebody left; the successor gets the customers and open work (S04)."""

    successor_id: UUID | None = None


@event("crm.customer.staff.erased.v1")
class StaffErased(StaffState):
    """What was known about somebody who left is gone; the name is a pseudonym (GDPR 17)."""
