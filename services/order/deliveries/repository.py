"""Deliveries in PostgreSQL, and how much of each order line is in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from services.order.deliveries import events
from services.order.deliveries.model import DROPPED, Delivery, DeliveryLine, Taken
from services.order.deliveries.table import deliveries, delivery_lines
from shared.db.driver import Connection, Prepared
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Children, Repository

SORTS = {
    "created": Sort(deliveries.c.id, UUID),
    "-created": Sort(deliveries.c.id, UUID, descending=True),
    "number": Sort(deliveries.c.number, str),
    "-number": Sort(deliveries.c.number, str, descending=True),
}

_ids = sa.bindparam("ids", type_=sa.ARRAY(sa.Uuid))
_planned = Prepared(
    sa.select(
        delivery_lines.c.order_line_id,
        sa.func.sum(delivery_lines.c.quantity),
        sa.func.sum(delivery_lines.c.amount),
    )
    .join(deliveries, deliveries.c.id == delivery_lines.c.delivery_id)
    .where(delivery_lines.c.order_id == sa.any_(_ids), deliveries.c.status.not_in(DROPPED))
    .group_by(delivery_lines.c.order_line_id)
)


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """What a list of deliveries is narrowed by; None means any."""

    status: str | None = None
    customer_id: UUID | None = None
    order_id: UUID | None = None
    required_role: str | None = None


class Deliveries(Repository[Delivery]):
    """The deliveries of the company."""

    kind = Delivery
    table = deliveries
    noun = "delivery"
    owner = deliveries.c.owner_id
    children = (Children("lines", DeliveryLine, delivery_lines, "delivery_id"),)
    payload = staticmethod(events.payload)

    async def planned(self, conn: Connection, order_ids: Sequence[UUID]) -> dict[UUID, Taken]:
        """Return how much of each line of some orders is in a delivery that stands.

        Lock the orders first.
        """
        rows = await conn.execute(_planned, {"ids": order_ids})
        return {line_id: Taken(quantity, amount) for line_id, quantity, amount in rows}

    async def page(self, conn: Connection, wanted: DeliveryFilter, request: PageRequest) -> Page:
        """Return one page of deliveries without their lines."""
        seen = conn.seeing(deliveries.c.owner_id)
        query = self.query().where(*_conditions(wanted), *seen)
        return await fetch_page(conn, query, request, sorts=SORTS, key=deliveries.c.id)


def _conditions(wanted: DeliveryFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.status is not None:
        found.append(deliveries.c.status == wanted.status)
    if wanted.customer_id is not None:
        found.append(deliveries.c.customer_id == wanted.customer_id)
    if wanted.required_role is not None:
        found.append(deliveries.c.required_role == wanted.required_role)
    if wanted.order_id is not None:
        lines = sa.select(delivery_lines.c.delivery_id).where(
            delivery_lines.c.order_id == wanted.order_id
        )
        found.append(deliveries.c.id.in_(lines))
    return found
