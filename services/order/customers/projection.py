"""Customer and credit events to rows of the replica."""

from __future__ import annotations

from services.order.customers.table import credits, customers
from shared.db.replica import newer_wins
from shared.db.unit_of_work import UnitOfWork
from shared.events.customer import CreditAssessed, CustomerState
from shared.inbox.arrival import Received

_upsert_customer = newer_wins(customers)
_upsert_credit = newer_wins(credits)


async def project_customers(uow: UnitOfWork, events: list[Received[CustomerState]]) -> None:
    """Keep who the customers are, whose they are, and whether they may trade."""
    rows = [
        {
            "id": event.data.customer_id,
            "version": event.envelope.sequence,
            "number": event.data.number,
            "name": event.data.name,
            "status": event.data.status,
            "owner_id": event.data.owner_id,
            "department": event.data.department,
            "branch": event.data.branch,
            "region": event.data.region,
            "external_id": event.data.external_id,
        }
        for event in events
    ]
    await uow.conn.execute(_upsert_customer, rows)


async def project_credits(uow: UnitOfWork, events: list[Received[CreditAssessed]]) -> None:
    """Keep how each customer settles (S164 to S167)."""
    rows = [
        {
            "customer_id": event.data.customer_id,
            "version": event.envelope.sequence,
            "settlement": event.data.settlement,
            "limit_amount": event.data.limit and event.data.limit.amount,
            "limit_currency": event.data.limit and event.data.limit.currency,
            "valid_until": event.data.valid_until,
        }
        for event in events
    ]
    await uow.conn.execute(_upsert_credit, rows)
