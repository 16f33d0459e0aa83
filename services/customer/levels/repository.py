"""Level proposals in PostgreSQL: always of one customer."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from services.customer.customers.repository import owner_of_customer
from services.customer.levels import events
from services.customer.levels.model import LevelProposal, Status
from services.customer.levels.table import level_proposals
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Repository
from shared.db.unit_of_work import UnitOfWork
from shared.domain.errors import NotFound

SORTS = {
    "proposed": Sort(level_proposals.c.id, UUID),
    "-proposed": Sort(level_proposals.c.id, UUID, descending=True),
}


class LevelProposals(Repository[LevelProposal]):
    """The levels that were proposed for customers."""

    kind = LevelProposal
    table = level_proposals
    noun = "level proposal"
    owner = owner_of_customer(level_proposals.c.customer_id)
    payload = staticmethod(events.payload)

    async def of_customer(
        self, conn: Connection, customer_id: UUID, proposal_id: UUID
    ) -> LevelProposal:
        """Return a proposal for one customer, or raise NotFound."""
        proposal = await self.get(conn, proposal_id)
        if proposal.customer_id != customer_id:
            raise NotFound.of(self.noun, proposal_id)
        return proposal

    async def pending(self, uow: UnitOfWork, customer_id: UUID) -> LevelProposal | None:
        """Lock and return the proposal that waits for its decision, if there is one."""
        return await self.find(
            uow.conn,
            level_proposals.c.customer_id == customer_id,
            level_proposals.c.status == Status.SUBMITTED.value,
            lock=True,
        )

    async def page(
        self, conn: Connection, customer_id: UUID, status: str | None, request: PageRequest
    ) -> Page:
        """Return one page of the levels proposed for a customer."""
        query = sa.select(level_proposals).where(level_proposals.c.customer_id == customer_id)
        if status is not None:
            query = query.where(level_proposals.c.status == status)
        return await fetch_page(conn, query, request, sorts=SORTS, key=level_proposals.c.id)
