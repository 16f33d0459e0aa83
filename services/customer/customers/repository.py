"""Customers in PostgreSQL: by id, by owner, lists, search, and look-alikes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.customer.customers import events, search
from services.customer.customers.model import Customer, Profile
from services.customer.customers.table import customer_number, customers
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Repository
from shared.db.unit_of_work import UnitOfWork

_DUPLICATES_SHOWN = 5
SORTS = {
    "created": Sort(customers.c.id, UUID),
    "-created": Sort(customers.c.id, UUID, descending=True),
    "name": Sort(customers.c.name, str),
    "number": Sort(customers.c.number, str),
}
_DETAILS = {"tax_id", "phone", "email", "website", "address", "note"}
_DERIVED = {"name_key", "search_text", "search_terms"}
_SUMMARY = [column for column in customers.c if column.name not in _DETAILS | _DERIVED]


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """What a list of customers is narrowed by; None means any."""

    status: str | None = None
    owner_id: UUID | None = None
    region: str | None = None
    industry: str | None = None
    level: str | None = None
    q: str | None = None


class Customers(Repository[Customer]):
    """The customers of the company."""

    kind = Customer
    table = customers
    noun = "customer"
    payload = staticmethod(events.payload)
    derived: ClassVar = {
        "name_key": lambda customer: search.name_key(customer.name),
        "search_text": search.search_text,
        "search_terms": search.search_terms,
    }

    async def next_numbers(self, uow: UnitOfWork, count: int = 1) -> list[str]:
        """Take customer numbers off the sequence: unique, ascending, gaps allowed."""
        query = sa.select(customer_number.next_value()).select_from(
            sa.func.generate_series(1, count)
        )
        return [f"C{serial:08d}" for serial in (await uow.conn.execute(query)).scalars()]

    async def lookalikes(
        self, conn: Connection, profile: Profile, besides: UUID | None = None
    ) -> Sequence[sa.RowMapping]:
        """Return live customers with the same normalised name, tax id or phone."""
        same = [customers.c.name_key == search.name_key(profile.name)]
        if profile.tax_id:
            same.append(customers.c.tax_id == profile.tax_id)
        if profile.phone:
            same.append(customers.c.phone == profile.phone)
        query = sa.select(customers.c.id, customers.c.number, customers.c.name).where(sa.or_(*same))
        if besides is not None:
            query = query.where(customers.c.id != besides)
        return (await conn.execute(query.limit(_DUPLICATES_SHOWN))).mappings().all()

    async def of_owner(self, uow: UnitOfWork, owner_id: UUID, limit: int) -> list[Customer]:
        """Lock and return up to ``limit`` customers of one owner."""
        query = self.query().where(customers.c.owner_id == owner_id).limit(limit)
        return await self.select(uow.conn, query, lock=True)

    async def page(self, conn: Connection, wanted: CustomerFilter, request: PageRequest) -> Page:
        """Return one page of customer summaries."""
        query = sa.select(*_SUMMARY).where(*_conditions(wanted))
        return await fetch_page(conn, query, request, sorts=SORTS, key=customers.c.id)


def _conditions(wanted: CustomerFilter) -> list[sa.ColumnElement[bool]]:
    equal: dict[str, Any] = {
        "status": wanted.status,
        "owner_id": wanted.owner_id,
        "region": wanted.region,
        "industry": wanted.industry,
        "level": wanted.level,
    }
    found = [customers.c[name] == value for name, value in equal.items() if value is not None]
    if wanted.q is not None and (text := search.query_text(wanted.q)):
        terms = sa.literal(sorted(search.query_pieces(text)), ARRAY(sa.Text))
        found.append(customers.c.search_terms.contains(terms))
        found.append(customers.c.search_text.contains(text, autoescape=True))
    return found
