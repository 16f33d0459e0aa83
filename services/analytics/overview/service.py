"""Use cases of the overviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.analytics.cube.dimensions import MONTH, Dimension
from services.analytics.cube.measures import Measure
from services.analytics.cube.question import Slice
from services.analytics.facts.parties import customers
from services.analytics.overview.query import measures_for, overview
from services.analytics.scope import seen
from services.analytics.snapshot import AsOf, as_of, snapshot
from shared.db.unit_of_work import Database
from shared.domain.errors import NotFound
from shared.domain.scope import EVERYTHING


@dataclass(frozen=True, slots=True)
class Overview:
    """Rows of several measures, one more than asked for if there are more."""

    by: Dimension
    measures: Sequence[Measure]
    rows: Sequence[Any]
    as_of: AsOf


@dataclass(frozen=True, slots=True)
class CustomerOverview:
    """One customer's figures: the whole period, and month by month."""

    customer: Any
    totals: Sequence[Any]
    months: Sequence[Any]
    as_of: AsOf


#: More months than any business has.
_ALL = 10_000


async def by_dimension(
    db: Database, by: Dimension, wanted: Slice, *, sort: str, limit: int
) -> Overview:
    """Show all measures by person, department, region or product (S188, S189)."""
    measures = measures_for(by, wanted)
    tables = {each.document for each in measures}
    named = {by.refers_to} if by.refers_to is not None else set()
    async with snapshot(db) as conn:
        known = await as_of(conn, tables | named)
        rows = (await conn.execute(overview(by, wanted, sort, limit))).all()
    return Overview(by, measures, rows, known)


async def of_customer(db: Database, customer_id: UUID, wanted: Slice) -> CustomerOverview:
    """Show the sales and payments of one customer, all or of a period (S187).

    Its history follows the customer: who sees the customer sees all of it, whoever sold then.

    Raises:
        NotFound: there is no such customer, or it is hidden.
    """
    mine = replace(wanted, filters={"customer": [customer_id]}, scope=EVERYTHING)
    tables = {customers, *(each.document for each in measures_for(None, mine))}
    visible = seen(wanted.scope, customers.c.owner_id)
    query = sa.select(customers).where(customers.c.id == customer_id, *visible)
    async with snapshot(db) as conn:
        customer = (await conn.execute(query)).one_or_none()
        if customer is None:
            raise NotFound.of("customer", customer_id)
        known = await as_of(conn, tables)
        totals = (await conn.execute(overview(None, mine, "key", _ALL))).all()
        months = (await conn.execute(overview(MONTH, mine, "key", _ALL))).all()
    return CustomerOverview(customer, totals, months, known)
