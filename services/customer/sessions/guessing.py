"""The limits on guessing: by login and network, by network, and by login."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.customer.limits.service import Limit, TooManyAttempts, count, forget, give_back
from services.customer.sessions.identities import Identity, ids_of
from services.customer.sessions.table import known_networks
from shared.db.driver import Connection
from shared.db.unit_of_work import Database
from shared.domain.actor import SYSTEM

_WINDOW_SECONDS = 900
_TRIES_PER_LOGIN_AND_NETWORK = 10
_TRIES_PER_LOGIN = 50
_TRIES_PER_NETWORK = 100
_LOGIN = "sign-in-login"


class Guess:
    """One try at the secret of ``login`` from a network, counted before it is looked at."""

    def __init__(self, login: str, network: str) -> None:
        self.login = login
        self.network = network
        self._limits = [
            Limit("sign-in", f"{login}@{network}", _TRIES_PER_LOGIN_AND_NETWORK, _WINDOW_SECONDS),
            Limit("sign-in-network", network, _TRIES_PER_NETWORK, _WINDOW_SECONDS),
            Limit(_LOGIN, login, _TRIES_PER_LOGIN, _WINDOW_SECONDS),
        ]

    async def count(self, db: Database) -> None:
        """Count it, in a transaction of its own.

        Raises:
            TooManyAttempts: guessed too often.
        """
        async with db.transaction(SYSTEM) as uow:
            exceeded = await count(uow.conn, self._limits, uow.now)
            if exceeded and exceeded.scope == _LOGIN and await self._is_known(uow.conn):
                return
        if exceeded:
            raise TooManyAttempts.after(_WINDOW_SECONDS, "Too many attempts to sign in.")

    async def was_right(self, conn: Connection) -> None:
        """Take it off the counts: it was no guess."""
        await forget(conn, self._limits[0])
        await give_back(conn, self._limits[1:])

    async def _is_known(self, conn: Connection) -> bool:
        query = sa.select(known_networks.c.network).where(
            known_networks.c.subject_id.in_(ids_of(self.login)),
            known_networks.c.network == self.network,
        )
        return (await conn.execute(query)).first() is not None


async def remember_network(conn: Connection, who: Identity, network: str, at: datetime) -> None:
    """Note that somebody signs in from here."""
    statement = insert(known_networks).values(
        subject_id=who.id, network=network, last_sign_in_at=at
    )
    await conn.execute(
        statement.on_conflict_do_update(
            index_elements=[known_networks.c.subject_id, known_networks.c.network],
            set_={"last_sign_in_at": at},
        )
    )
