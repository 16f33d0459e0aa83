"""Opportunities in PostgreSQL: by id, lists, and the views over the pipeline."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.opportunity.opportunities import events
from services.opportunity.opportunities.model import (
    Opportunity,
    PlanItem,
    StageEntry,
    Status,
)
from services.opportunity.opportunities.stages import SHIPPED
from services.opportunity.opportunities.table import (
    opportunities,
    plan_items,
    stage_entries,
    stage_sets,
)
from services.opportunity.versioned import Versioned
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Children, Repository
from shared.db.unit_of_work import UnitOfWork

STAGES = Versioned(stage_sets, SHIPPED)
SORTS = {
    "created": Sort(opportunities.c.id, UUID),
    "-created": Sort(opportunities.c.id, UUID, descending=True),
    "stage_since": Sort(opportunities.c.stage_since, datetime),
}


@dataclass(frozen=True, slots=True)
class OpportunityFilter:
    """What a list of opportunities is narrowed by; None means any."""

    owner_id: UUID | None = None
    customer_id: UUID | None = None
    branch: str | None = None
    status: str | None = None
    stage: str | None = None
    likelihood: str | None = None
    progress: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Opportunities of one place in a view and one currency: how many, and their estimates."""

    place: tuple[str | None, ...]
    currency: str
    count: int
    amount: Decimal | None


class Opportunities(Repository[Opportunity]):
    """The company's chances to sell."""

    kind = Opportunity
    table = opportunities
    noun = "opportunity"
    owner = opportunities.c.owner_id
    payload = staticmethod(events.payload)
    children = (
        Children("plan", PlanItem, plan_items, "opportunity_id"),
        Children("history", StageEntry, stage_entries, "opportunity_id"),
    )

    async def open_ones(
        self, uow: UnitOfWork, customer_id: UUID | None, owner_id: UUID
    ) -> list[Opportunity]:
        """Lock and return what an owner pursues, with one customer or (None) with any."""
        wanted = OpportunityFilter(owner_id, customer_id, status=Status.OPEN)
        return await self.select(uow.conn, self.query().where(*_conditions(wanted)), lock=True)

    async def stages_in_use(self, conn: Connection) -> set[str]:
        """Return the stages in which open opportunities are."""
        query = sa.select(opportunities.c.stage).where(opportunities.c.status == Status.OPEN)
        return set((await conn.execute(query.distinct())).scalars())

    async def page(self, conn: Connection, wanted: OpportunityFilter, request: PageRequest) -> Page:
        """Return one page of opportunities."""
        seen = conn.seeing(opportunities.c.owner_id)
        query = self.query().where(*_conditions(wanted), *seen)
        return await fetch_page(conn, query, request, sorts=SORTS, key=opportunities.c.id)

    async def groups(self, conn: Connection, wanted: OpportunityFilter, *by: str) -> list[Group]:
        """Count and sum what is open by columns and currency; currencies are never summed."""
        columns = [opportunities.c[name] for name in by]
        query = (
            sa.select(
                *columns,
                opportunities.c.currency,
                sa.func.count(),
                sa.func.sum(opportunities.c.expected_amount),
            )
            .where(*_conditions(wanted), *conn.seeing(opportunities.c.owner_id))
            .group_by(*columns, opportunities.c.currency)
            .order_by(opportunities.c.currency)
        )
        rows = [tuple(row) for row in await conn.execute(query)]
        return [Group(row[: len(by)], *row[len(by) :]) for row in rows]


def _conditions(wanted: OpportunityFilter) -> list[sa.ColumnElement[bool]]:
    given: dict[str, Any] = {k: v for k, v in asdict(wanted).items() if v is not None}
    return [opportunities.c[name] == value for name, value in given.items()]
