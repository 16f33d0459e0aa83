"""The earlier revisions of contracts: what was agreed before each amendment, for good (S129)."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from services.order.contracts.model import Contract
from services.order.contracts.table import contracts, superseded
from shared.db.driver import Connection, Prepared
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.unit_of_work import UnitOfWork
from shared.domain.ids import new_id

SORTS = {
    "revision": Sort(superseded.c.id, UUID),
    "-revision": Sort(superseded.c.id, UUID, descending=True),
}
_keep = Prepared(sa.insert(superseded), *superseded.c.keys())


async def keep(uow: UnitOfWork, contract: Contract) -> None:
    """Keep what a locked contract agrees on, before an amendment changes it."""
    row = {
        "id": new_id(),
        "contract_id": contract.id,
        "revision": contract.revision,
        "content": contract.agreed,
        "total": contract.total,
        "content_hash": contract.approved_hash,
        "approved_by": contract.approved_by,
        "approved_for": contract.approved_for,
        "approved_at": contract.approved_at,
        "superseded_at": uow.now,
    }
    await uow.conn.execute(_keep, row)


async def page(conn: Connection, contract_id: UUID, request: PageRequest) -> Page:
    """Return one page of the earlier revisions of a contract."""
    query = (
        sa.select(*superseded.c)
        .join(contracts, contracts.c.id == superseded.c.contract_id)
        .where(superseded.c.contract_id == contract_id, *conn.seeing(contracts.c.owner_id))
    )
    return await fetch_page(conn, query, request, sorts=SORTS, key=superseded.c.id)
