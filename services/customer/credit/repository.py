"""Credit in PostgreSQL: what holds, and every assessment there was."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from services.customer.credit import events
from services.customer.credit.model import Credit
from services.customer.credit.table import assessments, credit
from services.customer.customers.repository import owner_of_customer
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Repository
from shared.db.unit_of_work import UnitOfWork
from shared.domain.aggregate import Change
from shared.domain.ids import new_id

SORTS = {"-version": Sort(assessments.c.version, int, descending=True)}
_NOT_TERMS = {"id", "customer_id"}
_KEPT = [column.name for column in assessments.c if column.name not in _NOT_TERMS]


class Credits(Repository[Credit]):
    """How the customers settle. Each assessment is kept."""

    kind = Credit
    table = credit
    noun = "credit assessment of customer"
    owner = owner_of_customer(credit.c.id)
    payload = staticmethod(events.payload)

    async def add(self, uow: UnitOfWork, aggregate: Credit, change: Change) -> None:
        """Insert the first assessment."""
        await super().add(uow, aggregate, change)
        await self._keep(uow, aggregate)

    async def save(self, uow: UnitOfWork, aggregate: Credit, change: Change) -> None:
        """Replace what holds by a new assessment."""
        await super().save(uow, aggregate, change)
        await self._keep(uow, aggregate)

    async def history(self, conn: Connection, customer_id: UUID, request: PageRequest) -> Page:
        """Return one page of a customer's assessments."""
        query = sa.select(assessments).where(assessments.c.customer_id == customer_id)
        return await fetch_page(conn, query, request, sorts=SORTS, key=assessments.c.id)

    async def _keep(self, uow: UnitOfWork, found: Credit) -> None:
        row = {name: getattr(found, name) for name in _KEPT}
        row |= {"id": new_id(), "customer_id": found.id}
        await uow.conn.execute(sa.insert(assessments), row)
