"""Composition (S05): how many customers there are of each industry, region, level, source, …"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from services.analytics.facts.parties import customers, staff
from services.analytics.scope import seen
from shared.domain.scope import Scope

#: What the customers can be counted by, and the column it stands in.
COLUMNS = {
    "industry": customers.c.industry,
    "region": customers.c.region,
    "level": customers.c.level,
    "source": customers.c.source,
    "status": customers.c.status,
    "department": customers.c.department,
    "branch": customers.c.branch,
    "owner": customers.c.owner_id,
}


def composition(by: str, statuses: Sequence[str], scope: Scope, limit: int) -> sa.Select[Any]:
    """Count customers: ``key``, ``label``, ``customers`` and the ``total``; the most come first.

    One row more than the limit shows that there are more.
    """
    column = COLUMNS[by]
    query = sa.select(column.label("key"), sa.func.count().label("customers")).group_by(column)
    if statuses:
        query = query.where(customers.c.status.in_(statuses))
    counts = query.where(*seen(scope, customers.c.owner_id)).subquery("counts")
    total = sa.func.sum(counts.c.customers).over().label("total")
    source: sa.FromClause = counts
    label: sa.ColumnElement[Any] = sa.null()
    if by == "owner":
        source, label = counts.outerjoin(staff, staff.c.id == counts.c.key), staff.c.name
    rows = sa.select(*counts.c, total, label.label("label")).select_from(source)
    return rows.order_by(counts.c.customers.desc(), counts.c.key.asc().nulls_last()).limit(
        limit + 1
    )
