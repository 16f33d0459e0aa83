"""Sessions and their refresh tokens in PostgreSQL."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from services.customer.sessions import events
from services.customer.sessions.model import Session, SessionStatus
from services.customer.sessions.table import refresh_tokens, sessions
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Repository
from shared.db.unit_of_work import UnitOfWork

SORTS = {"-opened": Sort(sessions.c.id, UUID, descending=True)}
#: Sessions whose access tokens are void, as `shared.http.frame` asks for it.
VOIDED = sa.select(sessions.c.id, sa.true(), sessions.c.ended_at).where(
    sessions.c.void_until > sa.func.now()
)
#: 256 bits, with a beginning by which scanners for leaked secrets find it.
_PREFIX, _BYTES = "kehu_rt_", 32
#: How long it is kept from where somebody was signed in.
_KEPT = timedelta(days=90)


class Sessions(Repository[Session]):
    """What is signed in."""

    kind = Session
    table = sessions
    noun = "session"
    payload = staticmethod(events.payload)

    async def open_of(
        self, uow: UnitOfWork, subject_id: UUID, besides: UUID | None = None
    ) -> list[Session]:
        """Lock and return the open sessions of somebody, but for one."""
        query = self.query().where(
            sessions.c.subject_id == subject_id, sessions.c.status == SessionStatus.OPEN
        )
        if besides is not None:
            query = query.where(sessions.c.id != besides)
        return await self.select(uow.conn, query, lock=True)

    async def open_of_any(self, uow: UnitOfWork, subjects: sa.Select[tuple[UUID]]) -> list[Session]:
        """Lock and return the open sessions of several people."""
        query = self.query().where(
            sessions.c.subject_id.in_(subjects), sessions.c.status == SessionStatus.OPEN
        )
        return await self.select(uow.conn, query, lock=True)

    async def note_use(self, conn: Connection, session: Session) -> None:
        """Write where and when a session was used last; no version, since nothing changes."""
        names = ("device", "network", "used_at", "expires_at")
        values = {name: getattr(session, name) for name in names}
        await conn.execute(sa.update(sessions).where(sessions.c.id == session.id).values(values))

    async def page(
        self, conn: Connection, subject_id: UUID, at: datetime, request: PageRequest
    ) -> Page:
        """Return one page of the sessions of somebody that go on."""
        query = sa.select(sessions).where(
            sessions.c.subject_id == subject_id,
            sessions.c.status == SessionStatus.OPEN,
            sessions.c.expires_at > at,
        )
        return await fetch_page(conn, query, request, sorts=SORTS, key=sessions.c.id)


async def add_refresh_token(conn: Connection, session_id: UUID, at: datetime) -> str:
    """Make a refresh token and store its digest: nobody who reads the database can use it."""
    token = _PREFIX + secrets.token_urlsafe(_BYTES)
    row = {"digest": digest_of(token), "session_id": session_id, "issued_at": at}
    await conn.execute(sa.insert(refresh_tokens), row)
    return token


async def session_of(conn: Connection, digest: bytes) -> UUID | None:
    """Return the session a refresh token is of, or None."""
    found: UUID | None = await conn.scalar(
        sa.select(refresh_tokens.c.session_id).where(refresh_tokens.c.digest == digest)
    )
    return found


async def use_refresh_token(conn: Connection, digest: bytes, at: datetime) -> bool:
    """Use a refresh token up; False when it was used before."""
    unused = (refresh_tokens.c.digest == digest) & refresh_tokens.c.used_at.is_(None)
    result = await conn.execute(sa.update(refresh_tokens).where(unused).values(used_at=at))
    return bool(result.rowcount)


def digest_of(token: str) -> bytes:
    """Return what is stored of a random token: with 256 bits, a fast hash is as good as any."""
    return hashlib.sha256(token.encode()).digest()


async def forget_old(conn: Connection, at: datetime) -> None:
    """Remove the refresh tokens of sessions that are over, and from where old ones were used."""
    over = sa.or_(sessions.c.status == SessionStatus.ENDED, sessions.c.expires_at < at)
    gone = sa.select(sessions.c.id).where(over)
    await conn.execute(sa.delete(refresh_tokens).where(refresh_tokens.c.session_id.in_(gone)))
    old = (sessions.c.expires_at < at - _KEPT) & sessions.c.network.is_not(None)
    await conn.execute(sa.update(sessions).where(old).values(device=None, network=None))
