"""Use cases of the deputies slice. What a deputy may do in the name of the
principal is decided at each request, by ``shared/auth/delegation.py``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.customer.deputies.errors import DeputyOverlap
from services.customer.deputies.model import Deputyship
from services.customer.deputies.repository import Deputies
from services.customer.staff.model import StaffStatus
from services.customer.staff.service import members
from shared.db.unit_of_work import UnitOfWork
from shared.domain.clock import business_date
from shared.domain.errors import Invalid
from shared.events.staff import StaffLeft

deputies = Deputies()

#: Needed where it is not about oneself.
MANAGE = "deputy.manage"


@dataclass(frozen=True, slots=True)
class AppointDeputy:
    """Say who stands in for whom; without a principal for the one who says so."""

    principal_id: UUID | None
    deputy_id: UUID
    starts_on: date
    ends_on: date
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RevokeDeputy:
    """End it before its time."""

    deputyship_id: UUID
    expected: int | None


async def appoint_deputy(uow: UnitOfWork, command: AppointDeputy) -> Deputyship:
    """Say who stands in for whom (S18).

    Raises:
        Forbidden: for others only who manages deputies.
        DeputyOverlap: the same two stand in like this on one of these days.
    """
    principal_id = command.principal_id or uow.actor.id
    _require_own(uow, principal_id)
    deputyship, change = Deputyship.appoint(
        principal_id=principal_id,
        deputy_id=command.deputy_id,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        reason=command.reason,
        by=uow.actor.id,
        at=uow.now,
    )
    await _hold_both(uow, deputyship)
    if await deputies.overlaps(uow.conn, deputyship):
        raise DeputyOverlap("The same two stand in like this on some of these days already.")
    await deputies.add(uow, deputyship, change)
    return deputyship


async def revoke_deputy(uow: UnitOfWork, command: RevokeDeputy) -> Deputyship:
    """End it before its time (S18).

    Raises:
        Forbidden: for others only who manages deputies.
    """
    deputyship = await deputies.get_for_update(uow, command.deputyship_id, command.expected)
    _require_own(uow, deputyship.principal_id)
    change = deputyship.revoke(by=uow.actor.id, at=uow.now)
    await deputies.save(uow, deputyship, change)
    return deputyship


async def when_staff_left(uow: UnitOfWork, event: StaffLeft) -> None:
    """End what concerns somebody who left and is not over (S04)."""
    ended = await deputies.open_of(uow, event.staff_id, business_date(uow.now))
    await deputies.save_many(
        uow, [(each, each.revoke(by=uow.actor.id, at=uow.now)) for each in ended]
    )


def _require_own(uow: UnitOfWork, principal_id: UUID) -> None:
    if principal_id != uow.actor.id:
        uow.actor.require(MANAGE)


async def _hold_both(uow: UnitOfWork, wanted: Deputyship) -> None:
    """Lock the two people, so that neither leaves and no overlap comes between."""
    found = await members.lock(uow, [wanted.principal_id, wanted.deputy_id])
    for pointer, staff_id in (
        ("/principal_id", wanted.principal_id),
        ("/deputy_id", wanted.deputy_id),
    ):
        if staff_id not in found or found[staff_id].status != StaffStatus.ACTIVE:
            raise Invalid.field(pointer, "Nobody with this id works here.", "unknown_staff")
