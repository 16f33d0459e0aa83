"""Prepayment accounts in PostgreSQL; a movement is written with every version."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.order.customers.repository import owner_of
from services.order.prepayments import events
from services.order.prepayments.model import KINDS, Kind, Prepayment
from services.order.prepayments.table import movements, prepayments
from shared.db.driver import Connection, Prepared
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Repository
from shared.db.unit_of_work import UnitOfWork
from shared.domain.aggregate import Change
from shared.domain.ids import new_id
from shared.domain.money import ZERO

SORTS = {
    "created": Sort(prepayments.c.id, UUID),
    "-created": Sort(prepayments.c.id, UUID, descending=True),
}
MOVEMENT_SORTS = {
    "version": Sort(movements.c.version, int),
    "-version": Sort(movements.c.version, int, descending=True),
}

_sign = sa.case((movements.c.kind == Kind.HELD, 1), else_=-1)
_held_for = Prepared(
    sa.select(sa.func.coalesce(sa.func.sum(movements.c.amount * _sign), ZERO)).where(
        movements.c.order_id == sa.bindparam("order_id")
    )
)
_insert_movement = Prepared(sa.insert(movements), *movements.c.keys())


class Prepayments(Repository[Prepayment]):
    """The prepayment accounts of all customers."""

    kind = Prepayment
    table = prepayments
    noun = "prepayment account"
    owner = owner_of(prepayments.c.customer_id)
    payload = staticmethod(events.payload)

    async def of_customer(
        self, uow: UnitOfWork, customer_id: UUID, currency: str
    ) -> Prepayment | None:
        """Lock and return a customer's account in one currency, if there is one."""
        query = self._of_customer
        key = {"_customer_id": customer_id, "_currency": currency}
        row = (await uow.conn.execute(query, key)).one_or_none()
        return None if row is None else self._build(row, {})

    @cached_property
    def _of_customer(self) -> Prepared:
        mine = prepayments.c.customer_id == sa.bindparam("_customer_id")
        here = prepayments.c.currency == sa.bindparam("_currency")
        return Prepared(self.query().where(mine, here).with_for_update())

    async def held_for(self, uow: UnitOfWork, order_id: UUID) -> Decimal:
        """Return what is still held for an order. Lock the account first."""
        held: Decimal = (await uow.conn.execute(_held_for, {"order_id": order_id})).scalar_one()
        return held

    async def move(self, uow: UnitOfWork, prepayment: Prepayment, change: Change) -> UUID:
        """Save an account at its next version with the movement that led there; return its id."""
        write = self.save if prepayment.version else self.add
        await write(uow, prepayment, change)
        movement_id = new_id()
        await uow.conn.execute(_insert_movement, _movement(uow, movement_id, prepayment, change))
        return movement_id

    async def page(
        self,
        conn: Connection,
        customer_id: UUID | None,
        currency: str | None,
        request: PageRequest,
    ) -> Page:
        """Return one page of accounts."""
        query = self.query().where(*conn.seeing(owner_of(prepayments.c.customer_id)))
        if customer_id is not None:
            query = query.where(prepayments.c.customer_id == customer_id)
        if currency is not None:
            query = query.where(prepayments.c.currency == currency)
        return await fetch_page(conn, query, request, sorts=SORTS, key=prepayments.c.id)

    async def statement(self, conn: Connection, prepayment_id: UUID, request: PageRequest) -> Page:
        """Return one page of an account's movements."""
        query = (
            sa.select(*movements.c, prepayments.c.currency)
            .join(prepayments, prepayments.c.id == movements.c.prepayment_id)
            .where(movements.c.prepayment_id == prepayment_id)
            .where(*conn.seeing(owner_of(prepayments.c.customer_id)))
        )
        return await fetch_page(conn, query, request, sorts=MOVEMENT_SORTS, key=movements.c.id)


def _movement(
    uow: UnitOfWork, movement_id: UUID, prepayment: Prepayment, change: Change
) -> dict[str, Any]:
    detail = change.detail
    return {
        "id": movement_id,
        "prepayment_id": prepayment.id,
        "version": prepayment.version,
        "kind": KINDS[change.event],
        "amount": detail["amount"],
        "balance": prepayment.balance,
        "held": prepayment.held,
        "order_id": detail["order_id"],
        "invoice_id": detail.get("invoice_id"),
        "allocation_id": detail.get("allocation_id"),
        "receipt_id": detail.get("receipt_id"),
        "note": detail.get("note"),
        "made_by": uow.actor.id,
        "made_at": uow.now,
    }
