"""Use cases of the customers slice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.customer.customers.errors import PossibleDuplicate
from services.customer.customers.model import Customer, Profile
from services.customer.customers.repository import Customers
from services.customer.staff.model import Owner
from services.customer.staff.repository import owner_of
from shared.db.unit_of_work import UnitOfWork

customers = Customers()


@dataclass(frozen=True, slots=True)
class CreateCustomer:
    """Enter a customer. Without ``owner_id`` it belongs to the one who enters it."""

    profile: Profile
    owner_id: UUID | None = None
    external_id: str | None = None
    accept_duplicates: bool = False


@dataclass(frozen=True, slots=True)
class ChangeCustomer:
    """Change fields of the record, if it is still at version ``expected``."""

    customer_id: UUID
    expected: int | None
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ConfirmCustomer:
    """Make a customer formal, if it is still at version ``expected``."""

    customer_id: UUID
    expected: int | None


async def create_customer(uow: UnitOfWork, command: CreateCustomer) -> Customer:
    """Enter a customer, warning of look-alikes unless the caller accepts them (S02)."""
    if not command.accept_duplicates:
        await _refuse_lookalikes(uow, command.profile)
    owner = await _owner(uow, command.owner_id)
    (number,) = await customers.next_numbers(uow)
    customer, change = Customer.create(
        command.profile,
        number=number,
        owner=owner,
        at=uow.now,
        external_id=command.external_id,
    )
    await customers.add(uow, customer, change)
    return customer


async def change_customer(uow: UnitOfWork, command: ChangeCustomer) -> Customer:
    """Change the record (S13)."""
    customer = await customers.get_for_update(uow, command.customer_id, command.expected)
    await customers.save(uow, customer, customer.change(**command.changes))
    return customer


async def confirm_customer(uow: UnitOfWork, command: ConfirmCustomer) -> Customer:
    """Make a customer formal, so that it may trade (S24)."""
    customer = await customers.get_for_update(uow, command.customer_id, command.expected)
    await customers.save(uow, customer, customer.confirm())
    return customer


async def _owner(uow: UnitOfWork, owner_id: UUID | None) -> Owner:
    actor = uow.actor
    if owner_id is None or owner_id == actor.id:
        return Owner(actor.id, actor.department, actor.branch)
    return await owner_of(uow.conn, owner_id)


async def _refuse_lookalikes(uow: UnitOfWork, profile: Profile) -> None:
    found = await customers.lookalikes(uow.conn, profile)
    if found:
        names = ", ".join(f"{row['number']} {row['name']}" for row in found)
        raise PossibleDuplicate(
            f"There is {names}. Send accept_duplicates to enter it all the same.",
            candidates=[dict(row) for row in found],
        )
