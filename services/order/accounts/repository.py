"""Customer accounts in PostgreSQL: locked, moved by deltas, listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.order.accounts.model import Standing
from services.order.accounts.table import accounts
from services.order.customers.model import Customer, Terms
from services.order.customers.repository import owner_of
from services.order.customers.table import credits, customers
from shared.db.driver import Connection, Prepared
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.unit_of_work import UnitOfWork
from shared.domain.ids import new_id
from shared.domain.money import ZERO
from shared.events.vocabulary import Settlement

SORTS = {
    "created": Sort(accounts.c.id, UUID),
    "-receivable": Sort(accounts.c.receivable, Decimal, descending=True),
    "-committed": Sort(accounts.c.committed, Decimal, descending=True),
}

_open = Prepared(
    insert(accounts).on_conflict_do_nothing(index_elements=["customer_id", "currency"]),
    *accounts.c.keys(),
)
_is_it = sa.and_(
    accounts.c.customer_id == sa.bindparam("_customer_id"),
    accounts.c.currency == sa.bindparam("_currency"),
)
_move = Prepared(
    sa.update(accounts)
    .where(_is_it)
    .values(
        receivable=accounts.c.receivable + sa.bindparam("by_receivable"),
        committed=accounts.c.committed + sa.bindparam("by_committed"),
    )
)
_around = accounts.outerjoin(customers, customers.c.id == accounts.c.customer_id).outerjoin(
    credits, credits.c.customer_id == accounts.c.customer_id
)
_standing = Prepared(
    sa.select(
        accounts.c.receivable,
        accounts.c.committed,
        credits.c.settlement,
        credits.c.limit_amount,
        credits.c.limit_currency,
        credits.c.valid_until,
        customers.c.id,
        customers.c.number,
        customers.c.name,
        customers.c.status,
        customers.c.owner_id,
        customers.c.department,
        customers.c.branch,
        customers.c.region,
    )
    .select_from(_around)
    .where(_is_it)
    .with_for_update(of=accounts)
)


@dataclass(frozen=True, slots=True)
class Move:
    """By how much an account changes."""

    receivable: Decimal = ZERO
    committed: Decimal = ZERO

    def __add__(self, other: Move) -> Move:
        return Move(self.receivable + other.receivable, self.committed + other.committed)


async def lock_standing(uow: UnitOfWork, customer_id: UUID, currency: str) -> Standing:
    """Lock a customer's account in one currency, and return what stands against new orders.

    The lock lasts until the transaction ends; everything that promises money waits for it.
    """
    key = {"_customer_id": customer_id, "_currency": currency}
    row = (await uow.conn.execute(_standing, key)).one_or_none()
    if row is None:
        await uow.conn.execute(_open, _new_row((customer_id, currency)))
        row = (await uow.conn.execute(_standing, key)).one()
    receivable, committed, settlement, limit, limit_currency, valid_until, *customer = row
    return Standing(
        customer=None if customer[0] is None else Customer(*customer),
        terms=Terms(Settlement(settlement), limit, limit_currency, valid_until)
        if settlement
        else Terms(),
        receivable=receivable,
        committed=committed,
    )


async def move(
    uow: UnitOfWork,
    customer_id: UUID,
    currency: str,
    *,
    receivable: Decimal = ZERO,
    committed: Decimal = ZERO,
) -> None:
    """Change one account by deltas; it is locked from then on.

    The database refuses what would make it negative.
    """
    by = Move(receivable, committed)
    if by == Move():
        return
    key = (customer_id, currency)
    if (await uow.conn.execute(_move, _move_row(key, by))).rowcount == 0:
        await move_all(uow, {key: by})


async def move_all(uow: UnitOfWork, moves: Mapping[tuple[UUID, str], Move]) -> None:
    """Change many accounts by deltas, in the order of their keys: two statements."""
    wanted = [(key, moves[key]) for key in sorted(moves) if moves[key] != Move()]
    if wanted:
        await uow.conn.execute(_open, [_new_row(key) for key, _ in wanted])
        await uow.conn.execute(_move, [_move_row(key, by) for key, by in wanted])


def _new_row(key: tuple[UUID, str]) -> dict[str, Any]:
    row = {"id": new_id(), "customer_id": key[0], "currency": key[1]}
    return row | {"receivable": ZERO, "committed": ZERO}


def _move_row(key: tuple[UUID, str], by: Move) -> dict[str, Any]:
    row = {"_customer_id": key[0], "_currency": key[1]}
    return row | {"by_receivable": by.receivable, "by_committed": by.committed}


async def page(
    conn: Connection, customer_id: UUID | None, currency: str | None, request: PageRequest
) -> Page:
    """Return one page of accounts."""
    query = sa.select(accounts).where(*conn.seeing(owner_of(accounts.c.customer_id)))
    if customer_id is not None:
        query = query.where(accounts.c.customer_id == customer_id)
    if currency is not None:
        query = query.where(accounts.c.currency == currency)
    return await fetch_page(conn, query, request, sorts=SORTS, key=accounts.c.id)
