"""Product events to rows of the replica."""

from __future__ import annotations

from services.order.products.table import products
from shared.db.replica import newer_wins
from shared.db.unit_of_work import UnitOfWork
from shared.events.opportunity import ProductChanged
from shared.inbox.arrival import Received

_upsert = newer_wins(products)


async def project_products(uow: UnitOfWork, events: list[Received[ProductChanged]]) -> None:
    """Keep what the products are called and whether they are sold."""
    rows = [
        {
            "id": event.data.product_id,
            "version": event.envelope.sequence,
            "code": event.data.code,
            "name": event.data.name,
            "unit": event.data.unit,
            "status": event.data.status,
        }
        for event in events
    ]
    await uow.conn.execute(_upsert, rows)
