"""Use cases about passwords of one's own and of others; with a new one, sessions end."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

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
class Reset:
    """Somebody with a new password, which is shown this once if it was made up."""

    staff: Staff
    made_up: str | None = field(default=None, repr=False)


async def change_own_password(uow: UnitOfWork, command: ChangeOwnPassword) -> Staff:
    """Replace one's own password. Access tokens issued before are void; of the sessions only the
    present one goes on, with a refresh (S214).

    Raises:
        WrongPassword: the present password is another one.
        WeakPassword: the new one is too easy to guess.
    """
    staff = await members.get_for_update(uow, uow.actor.id)
    if not await verify_password(command.current, staff.password_hash):
        raise WrongPassword("The present password is not this one.")
    check_password(command.password, staff.login, not_=command.current)
    hashed = await hash_password(command.password)
    await members.save(uow, staff, staff.set_password(hashed, uow.now))
    await end_sessions(uow, staff.id, EndReason.NEW_PASSWORD, command.lasting, uow.actor.session_id)
    return staff


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
