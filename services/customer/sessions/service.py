"""Use cases of the sessions slice: signing in, and the limits on guessing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.customer.limits.service import Limit, TooManyAttempts, count, forget, give_back
from services.customer.sessions.keys import newest_key
from services.customer.sessions.table import known_networks
from services.customer.sessions.tokens import AccessToken, issue
from services.customer.settings import CustomerSettings
from services.customer.staff.model import Staff
from services.customer.staff.passwords import hash_password, needs_rehash, verify_password
from services.customer.staff.repository import StaffMembers
from services.customer.staff.table import staff as staff_table
from shared.db.driver import Connection
from shared.db.unit_of_work import Database
from shared.domain.actor import SYSTEM
from shared.domain.clock import now
from shared.domain.errors import DomainError

_WINDOW_SECONDS = 900
_TRIES_PER_LOGIN_AND_NETWORK = 10
_TRIES_PER_LOGIN = 50
_TRIES_PER_NETWORK = 100
_LOGIN = "sign-in-login"

members = StaffMembers()


class SignInRefused(DomainError):
    """Unknown login, wrong password, or somebody who left: the answer does not say which."""

    code = "invalid_grant"
    status = 400
    title = "Login and password do not fit"


@dataclass(frozen=True, slots=True)
class SignIn:
    """A login with its password, and the network it comes from."""

    login: str
    password: str = field(repr=False)
    network: str
    client_id: str


async def sign_in(db: Database, settings: CustomerSettings, command: SignIn) -> AccessToken:
    """Exchange a password for an access token (S214).

    Raises:
        TooManyAttempts: guessed too often, by login and network.
        SignInRefused: login and password do not fit.
    """
    limits = _limits(command)
    await _count(db, limits, command)
    async with db.reading() as conn:
        staff = await members.by_login(conn, command.login)
    fits = await verify_password(command.password, staff.password_hash if staff else None)
    if staff is None or not fits:
        raise SignInRefused("Login and password do not fit.")
    async with db.transaction(SYSTEM) as uow:
        known, staff = staff.password_hash, await members.get(uow.conn, staff.id)
        if staff.password_hash != known:
            raise SignInRefused("Login and password do not fit.")  # replaced at this moment
        await forget(uow.conn, limits[0])
        await give_back(uow.conn, limits[1:])
        await _remember_network(uow.conn, staff, command.network, uow.now)
        await _rehash(uow.conn, staff, command.password)
        key = await newest_key(uow.conn)
    return issue(
        key,
        staff,
        issuer=settings.issuer,
        client_id=command.client_id,
        at=now(),
        seconds=settings.token_seconds,
    )


async def guard_guesses(db: Database, staff: Staff, network: str) -> None:
    """Count a guess at somebody's password that is not a sign-in.

    Raises:
        TooManyAttempts: guessed too often.
    """
    command = SignIn(staff.login, "", network, "")
    await _count(db, _limits(command), command)


def _limits(command: SignIn) -> list[Limit]:
    place = f"{command.login}@{command.network}"
    return [
        Limit("sign-in", place, _TRIES_PER_LOGIN_AND_NETWORK, _WINDOW_SECONDS),
        Limit("sign-in-network", command.network, _TRIES_PER_NETWORK, _WINDOW_SECONDS),
        Limit(_LOGIN, command.login, _TRIES_PER_LOGIN, _WINDOW_SECONDS),
    ]


async def _count(db: Database, limits: list[Limit], command: SignIn) -> None:
    async with db.transaction(SYSTEM) as uow:
        exceeded = await count(uow.conn, limits, uow.now)
        if exceeded and exceeded.scope == _LOGIN and await _is_known(uow.conn, command):
            return
    if exceeded:
        raise TooManyAttempts.after(_WINDOW_SECONDS, "Too many attempts to sign in.")


async def _is_known(conn: Connection, command: SignIn) -> bool:
    query = (
        sa.select(known_networks.c.network)
        .join(staff_table, staff_table.c.id == known_networks.c.staff_id)
        .where(staff_table.c.login == command.login, known_networks.c.network == command.network)
    )
    return (await conn.execute(query)).first() is not None


async def _remember_network(conn: Connection, staff: Staff, network: str, at: datetime) -> None:
    statement = insert(known_networks).values(
        staff_id=staff.id, network=network, last_sign_in_at=at
    )
    await conn.execute(
        statement.on_conflict_do_update(
            index_elements=[known_networks.c.staff_id, known_networks.c.network],
            set_={"last_sign_in_at": at},
        )
    )


async def _rehash(conn: Connection, staff: Staff, password: str) -> None:
    """Store the password under today's parameters; nothing else changes, so no version."""
    before = staff.password_hash
    if before is None or not needs_rehash(before):
        return
    same = (staff_table.c.id == staff.id) & (staff_table.c.password_hash == before)
    values = {"password_hash": await hash_password(password)}
    await conn.execute(sa.update(staff_table).where(same).values(values))
