"""Amendments in PostgreSQL: by id, the one that waits, and as lists."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from services.order.amendments import events
from services.order.amendments.model import Amendment, Status
from services.order.amendments.table import amendments
from services.order.contracts.table import contracts
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Repository
from shared.db.unit_of_work import UnitOfWork

SORTS = {
    "proposed": Sort(amendments.c.id, UUID),
    "-proposed": Sort(amendments.c.id, UUID, descending=True),
}

#: An amendment belongs to whoever the contract does.
_owner = (
    sa.select(contracts.c.owner_id)
    .where(contracts.c.id == amendments.c.contract_id)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class AmendmentFilter:
    """What a list of amendments is narrowed by; None means any."""

    contract_id: UUID | None = None
    customer_id: UUID | None = None
    kind: str | None = None
    status: str | None = None


class Amendments(Repository[Amendment]):
    """The amendments of all contracts."""

    kind = Amendment
    table = amendments
    noun = "amendment"
    owner = _owner
    payload = staticmethod(events.payload)

    async def pending(self, uow: UnitOfWork, contract_id: UUID) -> Amendment | None:
        """Lock and return the amendment of a locked contract that waits for its approval."""
        return await self.find(
            uow.conn,
            amendments.c.contract_id == contract_id,
            amendments.c.status == Status.IN_APPROVAL.value,
            lock=True,
        )

    async def page(self, conn: Connection, wanted: AmendmentFilter, request: PageRequest) -> Page:
        """Return one page of amendments."""
        query = sa.select(*amendments.c).where(*conn.seeing(_owner))
        for name in AmendmentFilter.__slots__:
            if (value := getattr(wanted, name)) is not None:
                query = query.where(amendments.c[name] == value)
        return await fetch_page(conn, query, request, sorts=SORTS, key=amendments.c.id)
