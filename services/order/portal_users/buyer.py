"""Who buys: somebody of a customer, and the customer whose things alone they see (S25)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from services.order.customers.model import FORMAL, Customer
from services.order.customers.repository import find_customer
from services.order.portal_users.errors import NotPortalUser, PortalClosed
from services.order.portal_users.table import portal_users
from shared.db.driver import Connection, Prepared
from shared.domain.actor import Actor
from shared.domain.errors import NotFound
from shared.http.gates import Read

_by_id = sa.select(portal_users.c.customer_id, portal_users.c.status).where(
    portal_users.c.id == sa.bindparam("id")
)
_known = Prepared(_by_id)
_held = _by_id.with_for_update(read=True)


@dataclass(frozen=True, slots=True)
class Buyer:
    """A portal user, and their customer as the replica knows it."""

    id: UUID
    customer: Customer

    def own(self, documents: sa.Table) -> sa.ColumnElement[bool]:
        """Return what every list that the portal shows is narrowed by."""
        return documents.c.customer_id == self.customer.id

    def must_own(self, noun: str, document_id: UUID, customer_id: UUID) -> None:
        """Answer what is another customer's as what is not there."""
        if customer_id != self.customer.id:
            raise NotFound.of(noun, document_id)


async def buyer_of(conn: Connection, actor: Actor, *, hold: bool = False) -> Buyer:
    """Return for whom somebody buys; with ``hold`` the customer stays with its owner up to the
    commit, and whoever forgets the person finds what they are writing (GDPR Art. 17).

    Raises:
        NotPortalUser: for nobody.
        PortalClosed: they or their customer are shut out. Their tokens are void as well, within
            seconds; this is asked in the same breath as the customer's things.
    """
    if actor.customer_id is None:
        raise NotPortalUser("Sign in as somebody of a customer.")
    with conn.seeing_everything():  # the customer is that of a colleague of the house
        customer = await find_customer(conn, actor.customer_id, hold=hold)
    if customer is None or customer.status != FORMAL:
        raise PortalClosed("The portal is open to formal customers.")
    found = await conn.execute(_held if hold else _known, {"id": actor.id})
    row = found.one_or_none()
    if row is not None and tuple(row) != (customer.id, "active"):
        raise PortalClosed("The portal is closed to you.")
    return Buyer(actor.id, customer)


@asynccontextmanager
async def buying(read: Read) -> AsyncIterator[tuple[Connection, Buyer]]:
    """Lend a connection over which a portal user reads, and say for whom. It sees the documents of
    all owners: what is the customer's own is the one thing to narrow by."""
    async with read.connection() as conn:
        buyer = await buyer_of(conn, read.actor)
        with conn.seeing_everything():
            yield conn, buyer
