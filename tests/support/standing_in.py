"""Deputies in services that follow the organisation by events, and clients of theirs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx

from shared.domain.ids import new_id
from shared.events.organisation import DeputyAppointed, DeputyRevoked
from shared.events.staff import StaffHired, StaffLeft
from tests.support.opportunity import deliver, today
from tests.support.services import ServiceUnderTest


async def works_here(service: ServiceUnderTest, name: str, *roles: str, **fields: Any) -> UUID:
    """Somebody the service heard of; also those who sign in by this name."""
    staff_id = service.people.setdefault(name, new_id())
    await deliver(service, StaffHired(**_state(staff_id, name, roles) | fields), staff_id)
    return staff_id


async def has_left(service: ServiceUnderTest, name: str, *roles: str) -> None:
    """The news that somebody left."""
    staff_id = service.people[name]
    state = _state(staff_id, name, roles) | {"status": "left"}
    await deliver(service, StaffLeft(**state), staff_id, 2)


async def appointed(
    service: ServiceUnderTest, deputy: UUID, principal: UUID, first: int = 0, last: int = 6
) -> DeputyAppointed:
    """The news that one stands in for another, from one day to another, counted from today."""
    event = DeputyAppointed(
        deputyship_id=new_id(),
        principal_id=principal,
        deputy_id=deputy,
        starts_on=today(first),
        ends_on=today(last),
        status="appointed",
    )
    await deliver(service, event, event.deputyship_id)
    return event


async def revoked(service: ServiceUnderTest, event: DeputyAppointed) -> None:
    """The news that it is over."""
    state = event.model_dump() | {"status": "revoked"}
    await deliver(service, DeputyRevoked(**state), event.deputyship_id, 2)


def in_the_name_of(client: httpx.AsyncClient, principal: UUID | str) -> httpx.AsyncClient:
    """The client, from now on in somebody's name."""
    client.headers["On-Behalf-Of"] = str(principal)
    return client


def _state(staff_id: UUID, name: str, roles: tuple[str, ...]) -> dict[str, Any]:
    return {
        "staff_id": staff_id,
        "name": name,
        "roles": roles,
        "department": "销售二部",
        "branch": "天津",
        "status": "active",
    }
