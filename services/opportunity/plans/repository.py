"""Plans in PostgreSQL, what of a monthly plan a week may refer to, and what became of targets."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from services.opportunity.activities.table import activities
from services.opportunity.plans import events
from services.opportunity.plans.content import content_hash
from services.opportunity.plans.errors import PlanExists
from services.opportunity.plans.items import Category, WorkItem
from services.opportunity.plans.model import Plan, Status
from services.opportunity.plans.periods import Kind
from services.opportunity.plans.table import plans, work_items
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Children, Repository
from shared.db.unit_of_work import UnitOfWork
from shared.domain.aggregate import Change
from shared.domain.clock import business_zone

SORTS = {
    "-starts_on": Sort(plans.c.starts_on, date, descending=True),
    "starts_on": Sort(plans.c.starts_on, date),
    "-created": Sort(plans.c.id, UUID, descending=True),
}
_ONE_FOR_A_TIME = "plan_owner_id_kind_starts_on_key"
_AGREED = (Status.APPROVED, Status.CLOSED, Status.ARCHIVED)
_correction = activities.alias("correction")


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """What a list of plans is narrowed by; None means any. ``since`` and ``until`` are days of
    which a plan has some."""

    kind: str | None = None
    status: str | None = None
    owner_id: UUID | None = None
    late: bool | None = None
    overdue: bool | None = None
    since: date | None = None
    until: date | None = None


class Plans(Repository[Plan]):
    """All work plans."""

    kind = Plan
    table = plans
    noun = "plan"
    owner = plans.c.owner_id
    payload = staticmethod(events.payload)
    children = (Children("items", WorkItem, work_items, "plan_id"),)
    derived: ClassVar = {"content_hash": content_hash}

    async def add(self, uow: UnitOfWork, aggregate: Plan, change: Change) -> None:
        """Insert a plan.

        Raises:
            PlanExists: its owner began another for the same time at the same moment.
        """
        try:
            await super().add(uow, aggregate, change)
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name != _ONE_FOR_A_TIME:
                raise
            raise PlanExists.of(aggregate.kind, aggregate.starts_on) from error

    async def has(self, conn: Connection, owner_id: UUID, kind: Kind, starts_on: date) -> bool:
        """Say whether somebody has a plan for a time."""
        mine = (plans.c.owner_id == owner_id) & (plans.c.kind == kind)
        query = sa.select(sa.exists().where(mine, plans.c.starts_on == starts_on))
        return bool(await conn.scalar(query))

    async def of_month(self, conn: Connection, week: Plan) -> dict[UUID, Category]:
        """Return the items of the agreed monthly plans of the same owner that share days with a
        week (S45)."""
        query = (
            sa.select(work_items.c.id, work_items.c.category)
            .join(plans, plans.c.id == work_items.c.plan_id)
            .where(plans.c.owner_id == week.owner_id, plans.c.kind == Kind.MONTHLY)
            .where(plans.c.status.in_(_AGREED))
            .where(plans.c.starts_on <= week.ends_on, plans.c.ends_on >= week.starts_on)
        )
        return {row[0]: Category(row[1]) for row in await conn.execute(query)}

    async def page(self, conn: Connection, wanted: PlanFilter, request: PageRequest) -> Page:
        """Return one page of plans, without their items."""
        query = sa.select(plans).where(*_conditions(wanted), *conn.seeing(plans.c.owner_id))
        return await fetch_page(conn, query, request, sorts=SORTS, key=plans.c.id)


async def contacts_made(conn: Connection, plan: Plan) -> dict[str, int]:
    """Count the activities of a plan's owner in its days by kind; corrected ones do not count."""
    first, last = (
        datetime.combine(day, time.min, business_zone())
        for day in (plan.starts_on, plan.ends_on + timedelta(days=1))
    )
    query = (
        sa.select(activities.c.kind, sa.func.count())
        .where(activities.c.owner_id == plan.owner_id)
        .where(activities.c.happened_at >= first, activities.c.happened_at < last)
        .where(~sa.exists().where(_correction.c.corrects_id == activities.c.id))
        .group_by(activities.c.kind)
    )
    return {row[0]: row[1] for row in await conn.execute(query)}


def _conditions(wanted: PlanFilter) -> Collection[sa.ColumnElement[bool]]:
    equal = ("kind", "status", "owner_id", "late")
    given = [(name, getattr(wanted, name)) for name in equal]
    found = [plans.c[name] == value for name, value in given if value is not None]
    if wanted.overdue is not None:
        found.append(plans.c.overdue_at.is_not(None) == wanted.overdue)
    if wanted.since is not None:
        found.append(plans.c.ends_on >= wanted.since)
    if wanted.until is not None:
        found.append(plans.c.starts_on <= wanted.until)
    return found
