"""Orders in PostgreSQL: by id, several at once, under a contract, and as lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.order.orders import events
from services.order.orders.line import OrderLine
from services.order.orders.model import Order
from services.order.orders.status import Status
from services.order.orders.table import lines, order_number, orders
from shared.db.driver import Connection, Prepared
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Children, Repository
from shared.db.unit_of_work import UnitOfWork
from shared.domain.errors import NotFound
from shared.numbering.numbers import next_number
from shared.numbering.ranges import Series

SORTS = {
    "created": Sort(orders.c.id, UUID),
    "-created": Sort(orders.c.id, UUID, descending=True),
    "ordered": Sort(orders.c.ordered_on, date),
    "-ordered": Sort(orders.c.ordered_on, date, descending=True),
    "number": Sort(orders.c.number, str),
}
_DETAILS = {"note", "agreed_days", "authors", "committed", "credit_used", "credit_limit"}
_DETAILS |= {"approved_by", "approved_for", "approved_at", "approved_role", "reason"}
_DETAILS |= {"price_list_id", "policy_version", "own_authority"}
_SUMMARY = [column for column in orders.c if column.name not in _DETAILS]

#: A branch with a range of its own has the year in its numbers, which are two digits longer.
SERIES = Series("order", "SO", 8, order_number)
_of_quote = Prepared(sa.select(orders.c.id).where(orders.c.quote_id == sa.bindparam("quote_id")))
#: What orders take of a contract: a closed order only what it delivered, a rejected one nothing.
_taken = Prepared(
    sa.select(
        lines.c.contract_line_id,
        sa.func.sum(
            sa.case((orders.c.status == Status.CLOSED, lines.c.delivered), else_=lines.c.quantity)
        ),
    )
    .select_from(lines.join(orders, orders.c.id == lines.c.order_id))
    .where(
        orders.c.contract_id == sa.bindparam("contract_id"),
        orders.c.id != sa.bindparam("besides"),
        orders.c.status.not_in([Status.CANCELLED, Status.REJECTED]),
    )
    .group_by(lines.c.contract_line_id)
)
_open_under = Prepared(
    sa.select(sa.func.count())
    .select_from(orders)
    .where(
        orders.c.contract_id == sa.bindparam("contract_id"),
        orders.c.status.not_in([Status.CANCELLED, Status.REJECTED, Status.CLOSED]),
    )
)
_days_under = Prepared(
    sa.select(sa.func.min(orders.c.ordered_on), sa.func.max(orders.c.ordered_on)).where(
        orders.c.contract_id == sa.bindparam("contract_id"),
        orders.c.status.not_in([Status.CANCELLED, Status.REJECTED]),
    )
)
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What a list of orders is narrowed by; None means any."""

    status: str | None = None
    customer_id: UUID | None = None
    contract_id: UUID | None = None
    quote_id: UUID | None = None
    owner_id: UUID | None = None
    chain: str | None = None
    number: str | None = None
    ordered_from: date | None = None
    ordered_to: date | None = None
    required_role: str | None = None
    from_portal: bool | None = None


class Orders(Repository[Order]):
    """The orders of all customers."""

    kind = Order
    table = orders
    noun = "order"
    owner = orders.c.owner_id
    children = (Children("lines", OrderLine, lines, "order_id"),)
    payload = staticmethod(events.payload)

    async def next_number(self, uow: UnitOfWork, branch: str | None) -> str:
        """Take an order number: off the sequence, ascending with gaps, unless a range was adopted
        for the branch (S226)."""
        return await next_number(uow.conn, SERIES, branch, uow.now)

    async def lock_all(self, uow: UnitOfWork, ids: Iterable[UUID]) -> list[Order]:
        """Lock and return several orders, in id order.

        Raises:
            NotFound: one of them is not there, or hidden.
        """
        wanted = sorted(ids)
        these = orders.c.id == sa.any_(sa.literal(wanted, ARRAY(sa.Uuid)))
        query = self.query().where(these, *uow.conn.seeing(orders.c.owner_id))
        found = await self.select(uow.conn, query, lock=True)
        for missing in set(wanted) - {order.id for order in found}:
            raise NotFound.of(self.noun, missing)
        return found

    async def id_of_quote(self, uow: UnitOfWork, quote_id: UUID) -> UUID | None:
        """Return the order that was placed from a quote, if there is one."""
        found: UUID | None = await uow.conn.scalar(_of_quote, {"quote_id": quote_id})
        return found

    async def taken(
        self, uow: UnitOfWork, contract_id: UUID, besides: UUID | None = None
    ) -> dict[UUID, Decimal]:
        """Return what orders take of each line of a contract. Lock the contract first."""
        keys = {"contract_id": contract_id, "besides": besides or _NOBODY}
        return dict((await uow.conn.execute(_taken, keys)).all())

    async def open_under(self, uow: UnitOfWork, contract_id: UUID) -> int:
        """Return how many orders under a contract are not closed, cancelled or rejected."""
        count: int = await uow.conn.scalar(_open_under, {"contract_id": contract_id})
        return count

    async def days_under(
        self, uow: UnitOfWork, contract_id: UUID
    ) -> tuple[date | None, date | None]:
        """Return the first and last day of orders under a contract that take something of it."""
        row = (await uow.conn.execute(_days_under, {"contract_id": contract_id})).one()
        return row[0], row[1]

    async def page(self, conn: Connection, wanted: OrderFilter, request: PageRequest) -> Page:
        """Return one page of order summaries."""
        seen = conn.seeing(orders.c.owner_id)
        query = sa.select(*_SUMMARY).where(*_conditions(wanted), *seen)
        return await fetch_page(conn, query, request, sorts=SORTS, key=orders.c.id)


def _conditions(wanted: OrderFilter) -> list[sa.ColumnElement[bool]]:
    equal: dict[str, Any] = {
        "status": wanted.status,
        "customer_id": wanted.customer_id,
        "contract_id": wanted.contract_id,
        "quote_id": wanted.quote_id,
        "owner_id": wanted.owner_id,
        "chain": wanted.chain,
        "number": wanted.number,
        "required_role": wanted.required_role,
    }
    found = [orders.c[name] == value for name, value in equal.items() if value is not None]
    if wanted.from_portal is not None:
        placed = orders.c.portal_user_id.is_not(None)
        found.append(placed if wanted.from_portal else sa.not_(placed))
    if wanted.ordered_from is not None:
        found.append(orders.c.ordered_on >= wanted.ordered_from)
    if wanted.ordered_to is not None:
        found.append(orders.c.ordered_on <= wanted.ordered_to)
    return found
