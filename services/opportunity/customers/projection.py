"""Events of the customer service to rows of the replica."""

from __future__ import annotations

from typing import Any

from services.opportunity.customers.table import contacts, customers
from services.opportunity.replicas import keep_newest
from shared.db.unit_of_work import UnitOfWork
from shared.events.customer import (
    ContactChanged,
    CustomerChanged,
    CustomerConfirmed,
    CustomerCreated,
    CustomerLevelChanged,
    CustomerLost,
    CustomerOwnerChanged,
    CustomerRegained,
    CustomerRegistered,
    CustomerRejected,
    CustomerState,
)
from shared.inbox.arrival import Received

EVENTS: tuple[type[CustomerState], ...] = (
    CustomerChanged,
    CustomerConfirmed,
    CustomerCreated,
    CustomerLevelChanged,
    CustomerLost,
    CustomerOwnerChanged,
    CustomerRegained,
    CustomerRegistered,
    CustomerRejected,
)


async def project_customers(uow: UnitOfWork, batch: list[Received[CustomerState]]) -> None:
    """Keep what other slices need of a customer."""
    await keep_newest(uow, customers, batch, _present)


async def project_contacts(uow: UnitOfWork, batch: list[Received[ContactChanged]]) -> None:
    """Keep whose contact somebody is."""
    await keep_newest(uow, contacts, batch, _present_contact)


def _present_contact(received: Received[ContactChanged]) -> dict[str, Any]:
    contact = received.data
    return {"customer_id": contact.customer_id, "status": contact.status}


def _present(received: Received[CustomerState]) -> dict[str, Any]:
    customer = received.data
    return {
        "number": customer.number,
        "name": customer.name,
        "status": customer.status,
        "level": customer.level,
        "region": customer.region,
        "owner_id": customer.owner_id,
        "department": customer.department,
        "branch": customer.branch,
    }
