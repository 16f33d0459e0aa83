"""Use cases about passwords of one's own and of others; with a new one, sessions end."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from services.customer.portal_users.service import Invited, portal_users
from services.customer.sessions import identities
from services.customer.sessions.identities import Identity
from services.customer.sessions.model import EndReason, Lifetimes
from services.customer.sessions.service import end_sessions
from services.customer.staff.errors import WrongPassword
from services.customer.staff.model import Staff
from services.customer.staff.password_rules import check_password
from services.customer.staff.passwords import hash_password, verify_password
from services.customer.staff.service import members
from shared.db.unit_of_work import UnitOfWork

_BYTES = 12


@dataclass(frozen=True, slots=True)
class ChangeOwnPassword:
    """Replace one's own password, knowing the present one."""

    current: str = field(repr=False)
    password: str = field(repr=False)
    lasting: Lifetimes


@dataclass(frozen=True, slots=True)
class ResetPassword:
    """Give somebody a new password; without one it is made up. With ``one_time`` it lasts so long,
    and for the sign-in at which its owner chooses another."""

    staff_id: UUID
    expected: int | None
    password: str | None = field(repr=False)
    one_time: timedelta | None
    lasting: Lifetimes


@dataclass(frozen=True, slots=True)
class ResetPortalPassword:
    """Give a portal user a password that is made up: it lasts so long, and for one sign-in."""

    portal_user_id: UUID
    expected: int | None
    one_time: timedelta
    lasting: Lifetimes


@dataclass(frozen=True, slots=True)
class Reset:
    """Somebody with a new password, which is shown this once if it was made up."""

    staff: Staff
    made_up: str | None = field(default=None, repr=False)


async def change_own_password(uow: UnitOfWork, command: ChangeOwnPassword) -> Identity:
    """Replace one's own password. Of the sessions only the present one goes on; access tokens of
    staff issued before are void, so that theirs goes on with a refresh (S214).

    Raises:
        WrongPassword: the present password is another one.
        WeakPassword: the new one is too easy to guess.
    """
    who = await identities.lock(uow, await identities.get(uow.conn, uow.actor.id))
    if not await verify_password(command.current, who.password_hash):
        raise WrongPassword("The present password is not this one.")
    check_password(command.password, who.login, not_=command.current)
    hashed = await hash_password(command.password)
    await identities.save(uow, who, who.set_password(hashed, uow.now))
    await end_sessions(uow, who.id, EndReason.NEW_PASSWORD, command.lasting, uow.actor.session_id)
    return who


async def reset_password(uow: UnitOfWork, command: ResetPassword) -> Reset:
    """Give somebody a new password; their sessions end and their access tokens are void (S214).

    Raises:
        WeakPassword: it is too easy to guess.
    """
    staff = await members.get_for_update(uow, command.staff_id, command.expected)
    made_up = secrets.token_urlsafe(_BYTES) if command.password is None else None
    password = command.password or made_up or ""
    check_password(password, staff.login)
    hashed = await hash_password(password)
    until = uow.now + command.one_time if command.one_time is not None else None
    await members.save(uow, staff, staff.set_password(hashed, uow.now, until))
    await end_sessions(uow, staff.id, EndReason.NEW_PASSWORD, command.lasting)
    return Reset(staff, made_up)


async def reset_portal_password(uow: UnitOfWork, command: ResetPortalPassword) -> Invited:
    """Give a portal user a new password for one sign-in; their sessions end (S25).

    Raises:
        PortalUserStateError: the portal is closed to them.
    """
    user = await portal_users.get_for_update(uow, command.portal_user_id, command.expected)
    password = secrets.token_urlsafe(_BYTES)
    hashed = await hash_password(password)
    change = user.set_password(hashed, uow.now, uow.now + command.one_time)
    await portal_users.save(uow, user, change)
    await end_sessions(uow, user.id, EndReason.NEW_PASSWORD, command.lasting)
    return Invited(user, password)
