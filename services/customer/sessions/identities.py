"""Who signs in by login and password: members of staff, and portal users, who work for customers
(S25, S214). One login is one person's, whichever they are."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa

from services.customer.portal_users.model import PortalUser
from services.customer.portal_users.service import customer_trades, portal_users
from services.customer.portal_users.table import portal_users as portal_table
from services.customer.staff.model import Staff, StaffStatus
from services.customer.staff.service import members
from services.customer.staff.table import staff as staff_table
from shared.auth.roles import Role
from shared.db.driver import Connection
from shared.db.unit_of_work import UnitOfWork
from shared.domain.actor import Actor
from shared.domain.aggregate import Change
from shared.domain.errors import NotFound

Identity = Staff | PortalUser


async def by_login(conn: Connection, login: str) -> Identity | None:
    """Return who signs in by this name, or None."""
    return await members.by_login(conn, login) or await portal_users.by_login(conn, login)


async def get(conn: Connection, identity_id: UUID) -> Identity:
    """Return who it is.

    Raises:
        NotFound: nobody who signs in here.
    """
    staff = await members.find(conn, staff_table.c.id == identity_id)
    found = staff or await portal_users.find(conn, portal_table.c.id == identity_id)
    if found is None:
        raise NotFound.of("person", identity_id)
    return found


async def lock(uow: UnitOfWork, identity: Identity) -> Identity:
    """Lock and return somebody as they are now. The customer of a portal user comes first, and
    stays what it is up to the commit: in this order who gives a customer up locks as well."""
    if isinstance(identity, Staff):
        return await members.get_for_update(uow, identity.id)
    await customer_trades(uow.conn, identity, hold=True)
    with uow.conn.seeing_everything():  # themselves, whose customer is somebody else's
        return await portal_users.get_for_update(uow, identity.id)


async def may_enter(conn: Connection, identity: Identity) -> bool:
    """Say whether somebody may be signed in: works here, or the portal is open to them and their
    customer is a formal one (S24, S25)."""
    if isinstance(identity, Staff):
        return identity.status == StaffStatus.ACTIVE
    return identity.is_active and await customer_trades(conn, identity)


async def save(uow: UnitOfWork, identity: Identity, change: Change) -> None:
    """Write somebody after a change."""
    if isinstance(identity, Staff):
        await members.save(uow, identity, change)
    else:
        await portal_users.save(uow, identity, change)


async def store_hash(conn: Connection, identity: Identity, password_hash: str) -> None:
    """Store the same password under other parameters; nothing else changes, so no version."""
    table = staff_table if isinstance(identity, Staff) else portal_table
    mine = sa.update(table).where(table.c.id == identity.id)
    await conn.execute(mine.values(password_hash=password_hash))


def actor_of(identity: Identity) -> Actor:
    """Return somebody as the one who acts."""
    if isinstance(identity, Staff):
        return Actor(identity.id, identity.name, roles=frozenset(identity.roles))
    portal = Actor(identity.id, identity.name, roles=frozenset({str(Role.CUSTOMER_PORTAL)}))
    return replace(portal, customer_id=identity.customer_id)


def ids_of(login: str) -> sa.CompoundSelect[tuple[UUID]]:
    """Return the query of the id of who signs in by this name."""
    return sa.union_all(
        sa.select(staff_table.c.id).where(staff_table.c.login == login),
        sa.select(portal_table.c.id).where(portal_table.c.login == login),
    )
