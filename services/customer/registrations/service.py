"""Use cases of the registrations slice."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.customer.approval_engine import ENGINE
from services.customer.customers.approval import REGISTRATIONS
from services.customer.customers.model import Customer, Profile, Status
from services.customer.customers.service import customers
from services.customer.limits.service import Limit, TooManyAttempts, count
from services.customer.staff.repository import first_with_role, owner_of, works_here
from shared.auth.roles import Role
from shared.db.unit_of_work import Database, UnitOfWork
from shared.domain.actor import SYSTEM
from shared.domain.errors import Unavailable

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Register:
    """Ask to become a customer. ``owner_id`` receives registrations, if it is set."""

    profile: Profile
    owner_id: UUID | None


async def limit_registrations(db: Database, network: str, per_hour: int) -> None:
    """Count a registration from a network.

    Raises:
        TooManyAttempts: there were too many within the hour.
    """
    limit = Limit("registration", network, per_hour, _HOUR)
    async with db.transaction(SYSTEM) as uow:
        exceeded = await count(uow.conn, [limit], uow.now)
    if exceeded:
        raise TooManyAttempts.after(_HOUR, "Too many registrations from here.")


async def register(uow: UnitOfWork, command: Register) -> Customer:
    """Ask to become a customer; a sales manager confirms or rejects in an approval (S24).

    Look-alikes are not told to a stranger: whoever confirms sees them.
    """
    owner = await owner_of(uow.conn, await _receiver(uow, command))
    (number,) = await customers.next_numbers(uow)
    customer, change = Customer.create(
        command.profile, number=number, owner=owner, at=uow.now, status=Status.REGISTERED
    )
    await customers.add(uow, customer, change)
    await ENGINE.start(uow, REGISTRATIONS, customer)
    return customer


async def _receiver(uow: UnitOfWork, command: Register) -> UUID:
    if command.owner_id is not None and await works_here(uow.conn, command.owner_id):
        return command.owner_id
    for role in (Role.SALES_MANAGER, Role.ADMINISTRATOR):
        found = await first_with_role(uow.conn, role)
        if found is not None:
            return found
    raise Unavailable("There is nobody yet who could answer a registration.")
