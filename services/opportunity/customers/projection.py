"""Events of the customer service to rows of the replica."""

from __future__ import annotations

from typing import Any

from services.opportunity.customers.table import customers
from services.opportunity.replicas import keep_newest
from shared.db.unit_of_work import UnitOfWork
from shared.events.customer import (
    CustomerChanged,
    CustomerConfirmed,
    CustomerCreated,
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
    CustomerLost,
    CustomerOwnerChanged,
    CustomerRegained,
    CustomerRegistered,
    CustomerRejected,
)


async def project_customers(uow: UnitOfWork, batch: list[Received[CustomerState]]) -> None:
    """Keep what other slices need of a customer."""
    await keep_newest(uow, customers, batch, _present)


def _present(customer: CustomerState) -> dict[str, Any]:
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
