"""Clients in PostgreSQL."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.customer.clients import events
from services.customer.clients.model import Client, ClientSecret, ClientStatus
from services.customer.clients.table import client_secrets, clients
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Children, Repository
from shared.db.unit_of_work import UnitOfWork

SORTS = {"name": Sort(clients.c.name, str)}
_DISABLED = clients.c.status == ClientStatus.DISABLED
#: Clients some of whose access tokens are void, as `shared.http.frame` asks for it.
VOIDED = sa.select(clients.c.id, _DISABLED, clients.c.tokens_from).where(
    clients.c.void_until > sa.func.now()
)


class Clients(Repository[Client]):
    """The other systems that sign in."""

    kind = Client
    table = clients
    noun = "client"
    children = (Children("secrets", ClientSecret, client_secrets, "client_id"),)
    payload = staticmethod(events.payload)

    async def by_client_id(self, conn: Connection, client_id: str) -> Client | None:
        """Return the client of this id, or None."""
        try:
            wanted = UUID(client_id)
        except ValueError:
            return None
        return await self.find(conn, clients.c.id == wanted)

    async def note_use(self, uow: UnitOfWork, client_id: UUID) -> None:
        """Note that it was given a token; no version, since nothing changes."""
        mine = clients.c.id == client_id
        await uow.conn.execute(sa.update(clients).where(mine).values(used_at=uow.now))

    async def count_of_role(self, conn: Connection, role: str) -> int:
        """Return how many clients that may sign in hold a role."""
        held = clients.c.roles.contains(sa.literal([role], ARRAY(sa.Text)))
        query = sa.select(sa.func.count()).where(held, ~_DISABLED)
        return int(await conn.scalar(query))

    async def page(self, conn: Connection, status: str | None, request: PageRequest) -> Page:
        """Return one page of clients."""
        query = sa.select(clients)
        if status is not None:
            query = query.where(clients.c.status == status)
        return await fetch_page(conn, query, request, sorts=SORTS, key=clients.c.id)
