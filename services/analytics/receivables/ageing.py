"""Ageing as SQL: open amounts by how many days they are overdue."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from services.analytics.cube.dimensions import DIMENSIONS, Dimension
from services.analytics.cube.query import conditions, joined
from services.analytics.cube.question import Slice
from services.analytics.receivables.open import open_invoices

#: Each bucket with its first and last day overdue; what is not due yet is current.
BUCKETS: tuple[tuple[str, int | None, int | None], ...] = (
    ("current", None, 0),
    ("days_1_30", 1, 30),
    ("days_31_60", 31, 60),
    ("days_61_90", 61, 90),
    ("days_over_90", 91, None),
)


def ageing(today: date, by: Dimension | None, wanted: Slice, limit: int | None) -> sa.Select[Any]:
    """Return the buckets by currency, and by one dimension; the greatest first.

    As of the day ``wanted.on``, or what is open now and how it stands ``today``. Columns ``key``,
    ``label``, ``currency``, ``open``, ``invoices`` and one for each bucket; one row more than the
    limit if there are more.
    """
    fact, on = open_invoices(wanted.on), wanted.on or today
    key = by.value(fact) if by else sa.cast(sa.null(), sa.Text)
    used = [*([by] if by else []), *(DIMENSIONS[name] for name in wanted.filters)]
    overdue = sa.literal(on, sa.Date) - sa.func.coalesce(fact.c.due_on, on)
    sums = (
        sa.select(
            key.label("key"),
            fact.c.currency,
            sa.func.sum(fact.c.open).label("open"),
            sa.func.count().label("invoices"),
            *(_bucket(fact, overdue, *bucket) for bucket in BUCKETS),
        )
        .select_from(joined(fact, used))
        .where(*conditions(fact, wanted))
        .group_by(sa.column("key"), fact.c.currency)
        .subquery("sums")
    )
    source: sa.FromClause = sums
    label = by.label() if by else None
    if by is not None and by.refers_to is not None and label is not None:
        source = sums.outerjoin(by.refers_to, by.refers_to.c.id == sums.c.key)
    named = sa.null() if label is None else label
    query = sa.select(*sums.c, named.label("label")).select_from(source)
    query = query.order_by(sums.c.currency, sums.c.open.desc(), sums.c.key)
    return query if limit is None else query.limit(limit + 1)


def _bucket(
    fact: sa.FromClause,
    overdue: sa.ColumnElement[Any],
    name: str,
    first: int | None,
    last: int | None,
) -> sa.ColumnElement[Any]:
    within = [overdue >= first] if first is not None else []
    within += [overdue <= last] if last is not None else []
    amount = sa.func.sum(fact.c.open).filter(sa.and_(*within))
    return sa.func.coalesce(amount, 0).label(name)
