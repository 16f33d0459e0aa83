"""Use cases of the portal users slice."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from services.customer.customers.model import Status
from services.customer.customers.service import customers
from services.customer.customers.table import customers as customer_table
from services.customer.portal_users.errors import NoPortalCustomer
from services.customer.portal_users.model import PortalUser
from services.customer.portal_users.repository import PortalUsers
from services.customer.portal_users.table import portal_users as table
from services.customer.staff.errors import LoginTaken
from services.customer.staff.passwords import hash_password
from services.customer.staff.service import members
from shared.auth.trust import login_digest
from shared.db.connection import advisory_key
from shared.db.driver import Connection
from shared.db.unit_of_work import UnitOfWork
from shared.events.staff import StaffHired

portal_users = PortalUsers()
_BYTES = 12


@dataclass(frozen=True, slots=True)
class InvitePortalUser:
    """Let somebody of a formal customer into the portal; the password that is made up lasts so
    long, and for one sign-in."""

    customer_id: UUID
    login: str
    name: str
    one_time: timedelta


@dataclass(frozen=True, slots=True)
class RenamePortalUser:
    """Call somebody otherwise, if the record is still at version ``expected``."""

    portal_user_id: UUID
    expected: int | None
    name: str


@dataclass(frozen=True, slots=True)
class DeactivatePortalUser:
    """Close the portal to somebody."""

    portal_user_id: UUID
    expected: int | None


@dataclass(frozen=True, slots=True)
class ReactivatePortalUser:
    """Open the portal to somebody again."""

    portal_user_id: UUID
    expected: int | None


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody with the password for the first sign-in, which is shown this once."""

    user: PortalUser
    password: str = field(repr=False)


async def invite_portal_user(uow: UnitOfWork, command: InvitePortalUser) -> Invited:
    """Let somebody of a formal customer into the portal (S25).

    Raises:
        NotFound: there is no such customer, or it is hidden.
        NoPortalCustomer: it is not a formal one.
        LoginTaken: somebody else signs in by this name, of the staff or of any customer.
    """
    await customers.hold(uow, command.customer_id)
    await _require_formal(uow.conn, command.customer_id)
    await _hold_login(uow, login_digest(command.login))
    if await members.by_login(uow.conn, command.login) is not None:
        raise LoginTaken(f"Somebody else signs in as {command.login}.")
    password = secrets.token_urlsafe(_BYTES)
    user, change = PortalUser.invite(
        customer_id=command.customer_id,
        login=command.login,
        name=command.name,
        password_hash=await hash_password(password),
        one_time_until=uow.now + command.one_time,
        at=uow.now,
    )
    await portal_users.add(uow, user, change)
    return Invited(user, password)


async def rename_portal_user(uow: UnitOfWork, command: RenamePortalUser) -> PortalUser:
    """Call somebody otherwise."""
    user = await portal_users.get_for_update(uow, command.portal_user_id, command.expected)
    await portal_users.save(uow, user, user.rename(command.name))
    return user


async def deactivate_portal_user(uow: UnitOfWork, command: DeactivatePortalUser) -> PortalUser:
    """Close the portal to somebody; a policy ends their sessions (S25)."""
    user = await portal_users.get_for_update(uow, command.portal_user_id, command.expected)
    await portal_users.save(uow, user, user.deactivate())
    return user


async def reactivate_portal_user(uow: UnitOfWork, command: ReactivatePortalUser) -> PortalUser:
    """Open the portal to somebody again; they sign in once a password was given anew."""
    user = await portal_users.get_for_update(uow, command.portal_user_id, command.expected)
    await portal_users.save(uow, user, user.reactivate())
    return user


async def login_is_free(uow: UnitOfWork, event: StaffHired) -> None:
    """Refuse to hire somebody by the login of a portal user: one name is one person's.

    Raises:
        LoginTaken: somebody of a customer signs in by this name.
    """
    staff = await members.get(uow.conn, event.staff_id)
    await _hold_login(uow, login_digest(staff.login))
    if await portal_users.by_login(uow.conn, staff.login) is not None:
        raise LoginTaken(f"Somebody else signs in as {staff.login}.")


async def customer_trades(conn: Connection, user: PortalUser, *, hold: bool = False) -> bool:
    """Say whether somebody's customer is a formal one; with ``hold`` it stays so up to the
    commit."""
    query = sa.select(customer_table.c.status).where(customer_table.c.id == user.customer_id)
    if hold:
        query = query.with_for_update(read=True, key_share=True)
    return bool(await conn.scalar(query) == Status.FORMAL)


def of_customer(customer_id: UUID) -> sa.Select[tuple[UUID]]:
    """Return the query of who may use the portal for a customer."""
    return sa.select(table.c.id).where(table.c.customer_id == customer_id)


async def _require_formal(conn: Connection, customer_id: UUID) -> None:
    query = sa.select(customer_table.c.status).where(customer_table.c.id == customer_id)
    if (status := await conn.scalar(query)) != Status.FORMAL:
        raise NoPortalCustomer(f"The customer is {status}; confirm it first.")


async def _hold_login(uow: UnitOfWork, digest: str) -> None:
    """Have whoever wants the same login wait: logins stand in two tables, of which neither can see
    what the other is about to hold."""
    key = advisory_key("login", digest)
    await uow.conn.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
