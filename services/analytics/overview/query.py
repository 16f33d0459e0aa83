"""Several measures side by side as SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from services.analytics.cube.dimensions import DIMENSIONS, Dimension
from services.analytics.cube.measures import MEASURES, Measure, MeasureName
from services.analytics.cube.query import grouped
from services.analytics.cube.question import Slice
from shared.domain.money import ZERO

SHOWN = (
    MeasureName.ORDERS,
    MeasureName.DELIVERIES,
    MeasureName.SALES,
    MeasureName.RECEIPTS,
    MeasureName.RECEIVABLES,
)


def measures_for(by: Dimension | None, wanted: Slice) -> tuple[Measure, ...]:
    """Return the measures that can be broken down and filtered so: money has no products."""
    needed = {DIMENSIONS[name] for name in wanted.filters} | ({by} if by else set())
    found = (MEASURES[name] for name in SHOWN)
    return tuple(each for each in found if needed <= set(each.dimensions))


def overview(by: Dimension | None, wanted: Slice, sort: str, limit: int) -> sa.Select[Any]:
    """Return a row for each key and currency, one more than the limit if there are more.

    Columns ``key``, ``label``, ``currency``, and the amount of each measure by its name.
    """
    measures = measures_for(by, wanted)
    parts = [_part(measure, by, wanted) for measure in measures]
    every = sa.union_all(*parts).subquery("every")
    figures = [
        sa.func.coalesce(
            sa.func.sum(every.c.amount).filter(every.c.measure == each.name), ZERO
        ).label(each.name)
        for each in measures
    ]
    sums = (
        sa.select(every.c.key, every.c.currency, *figures)
        .group_by(every.c.key, every.c.currency)
        .subquery("sums")
    )
    source: sa.FromClause = sums
    label: sa.ColumnElement[Any] = sa.null()
    named = by.label() if by else None
    if by is not None and by.refers_to is not None and named is not None:
        source, label = sums.outerjoin(by.refers_to, by.refers_to.c.id == sums.c.key), named
    query = sa.select(*sums.c, label.label("label")).select_from(source)
    return query.order_by(*_order(sums, sort)).limit(limit + 1)


def _part(measure: Measure, by: Dimension | None, wanted: Slice) -> sa.Select[Any]:
    sums = grouped(measure, (by,) if by else (), wanted).subquery()
    key = sums.c.key0 if by else sa.cast(sa.null(), sa.Date)
    name = sa.cast(sa.literal(str(measure.name)), sa.Text)
    return sa.select(name.label("measure"), key.label("key"), sums.c.currency, sums.c.amount)


def _order(sums: sa.Subquery, sort: str) -> Sequence[sa.ColumnElement[Any]]:
    if sort == "key":
        return [sa.column("label"), sums.c.key.asc().nulls_last(), sums.c.currency]
    figure = sums.c.get(sort.lstrip("-"))
    greatest = [] if figure is None else [figure.desc()]
    return [sums.c.currency, *greatest, sums.c.key]
