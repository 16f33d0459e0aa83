"""The funnel as SQL: a cohort of opportunities, their stays in the stages, their outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.analytics.facts.chances import opportunities, stages
from services.analytics.scope import seen
from shared.domain.scope import EVERYTHING, Scope

_DAYS = sa.Numeric(12, 2)


@dataclass(frozen=True, slots=True)
class Cohort:
    """Opportunities opened from ``first`` to ``last``, both included, of some owners and places."""

    first: date | None = None
    last: date | None = None
    owners: Sequence[UUID] = ()
    departments: Sequence[str | None] = ()
    branches: Sequence[str | None] = ()
    regions: Sequence[str | None] = ()
    scope: Scope = EVERYTHING

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return what an opportunity must meet to belong to it."""
        table = opportunities.c
        found: list[sa.ColumnElement[bool]] = []
        if self.first is not None:
            found.append(table.opened_on >= self.first)
        if self.last is not None:
            found.append(table.opened_on <= self.last)
        found += seen(self.scope, table.owner_id)
        for column, values in (
            (table.owner_id, self.owners),
            (table.department, self.departments),
            (table.branch, self.branches),
            (table.region, self.regions),
        ):
            if values:
                # NULL = ANY(...) is never true, so what has no value is asked for by itself.
                some = column.in_([value for value in values if value is not None])
                found.append(sa.or_(some, column.is_(None)) if None in values else some)
        return found


def stays(cohort: Cohort) -> sa.Select[Any]:
    """Return per stage its ``position``, how many ``entered`` it, and how long they stayed.

    A stay ends when the next stage or the end comes; ``average_days`` and ``median_days`` are of
    the ``ended`` ones.
    """
    until = sa.func.lead(stages.c.entered_at).over(
        partition_by=stages.c.opportunity_id,
        order_by=[stages.c.entered_at, stages.c.final],
    )
    stay = (
        sa.select(stages, (until - stages.c.entered_at).label("stayed"))
        .join(opportunities, opportunities.c.id == stages.c.opportunity_id)
        .where(*cohort.conditions())
        .subquery("stay")
    )
    median = sa.func.percentile_cont(0.5).within_group(stay.c.stayed)
    return (
        sa.select(
            stay.c.stage,
            sa.func.max(stay.c.position).label("position"),
            sa.func.count(stay.c.opportunity_id.distinct()).label("entered"),
            sa.func.count(stay.c.stayed).label("ended"),
            _days(sa.func.avg(stay.c.stayed)).label("average_days"),
            _days(median).label("median_days"),
        )
        .where(~stay.c.final)
        .group_by(stay.c.stage)
        .order_by(sa.column("position"), stay.c.stage)
    )


def reached(cohort: Cohort) -> sa.Select[Any]:
    """Return how many opportunities got how far (``furthest``) and how they stand (``status``)."""
    furthest = (
        sa.select(stages.c.opportunity_id, sa.func.max(stages.c.position).label("furthest"))
        .group_by(stages.c.opportunity_id)
        .subquery("far")
    )
    return (
        sa.select(
            furthest.c.furthest, opportunities.c.status, sa.func.count().label("opportunities")
        )
        .join(opportunities, opportunities.c.id == furthest.c.opportunity_id)
        .where(*cohort.conditions())
        .group_by(furthest.c.furthest, opportunities.c.status)
    )


def amounts(cohort: Cohort) -> sa.Select[Any]:
    """Return per present stage, status and currency the number and the expected amount.

    Those without an expected amount have no currency.
    """
    table = opportunities.c
    return (
        sa.select(
            table.stage,
            table.status,
            table.currency,
            sa.func.count().label("opportunities"),
            sa.func.sum(table.expected_amount).label("amount"),
        )
        .where(*cohort.conditions())
        .group_by(table.stage, table.status, table.currency)
        .order_by(table.currency)
    )


def _days(interval: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.cast(sa.extract("epoch", interval) / 86_400, _DAYS)
