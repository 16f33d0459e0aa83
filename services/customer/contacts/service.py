"""Use cases of the contacts slice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.customer.contacts.errors import InactivePrimary
from services.customer.contacts.model import Contact, ContactStatus, Person
from services.customer.contacts.repository import Contacts
from services.customer.customers.service import customers
from shared.db.unit_of_work import UnitOfWork
from shared.domain.errors import NotFound

contacts = Contacts()


@dataclass(frozen=True, slots=True)
class CreateContact:
    """Enter a contact person of a customer."""

    customer_id: UUID
    person: Person
    primary: bool = False


@dataclass(frozen=True, slots=True)
class ChangeContact:
    """Change fields of a contact, if it is still at version ``expected``."""

    customer_id: UUID
    contact_id: UUID
    expected: int | None
    changes: dict[str, Any]


async def create_contact(uow: UnitOfWork, command: CreateContact) -> Contact:
    """Enter a contact person; a new primary one takes the place of the old (S02)."""
    await customers.hold(uow, command.customer_id)
    if command.primary:
        await _step_back(uow, command.customer_id)
    contact, change = Contact.create(
        command.person, customer_id=command.customer_id, primary=command.primary, at=uow.now
    )
    await contacts.add(uow, contact, change)
    return contact


async def change_contact(uow: UnitOfWork, command: ChangeContact) -> Contact:
    """Change a contact person; a new primary one takes the place of the old (S02)."""
    await customers.hold(uow, command.customer_id)
    contact = await contacts.get_for_update(uow, command.contact_id, command.expected)
    if contact.customer_id != command.customer_id:
        raise NotFound.of("contact", command.contact_id)
    was_primary = contact.primary
    change = contact.change(**command.changes)
    if command.changes.get("primary") and contact.status == ContactStatus.INACTIVE:
        raise InactivePrimary("Make the contact active first.")
    if contact.primary and not was_primary:
        await _step_back(uow, command.customer_id)
    await contacts.save(uow, contact, change)
    return contact


async def _step_back(uow: UnitOfWork, customer_id: UUID) -> None:
    """The customer is held, so no other primary contact can appear meanwhile."""
    primary = await contacts.primary(uow, customer_id)
    if primary is not None:
        await contacts.save(uow, primary, primary.step_back())
