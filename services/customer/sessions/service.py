"""Use cases of the sessions slice: signing in, going on, signing out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from services.customer.clients.errors import InvalidClient
from services.customer.clients.service import clients
from services.customer.clients.service import digest_of as digest_of_secret
from services.customer.keys.service import signing_key
from services.customer.portal_users.service import of_customer
from services.customer.sessions import identities
from services.customer.sessions import repository as tokens
from services.customer.sessions.errors import (
    NoSession,
    PasswordChangeRequired,
    RefreshRefused,
    SignInRefused,
)
from services.customer.sessions.guessing import Guess, remember_network
from services.customer.sessions.identities import Identity
from services.customer.sessions.model import (
    LONGEST_ACCESS,
    EndReason,
    Lifetimes,
    Session,
    SessionStatus,
)
from services.customer.sessions.repository import Sessions
from services.customer.sessions.tokens import Issued, issue, issue_to_client
from services.customer.settings import CustomerSettings
from services.customer.staff.password_rules import check_password
from services.customer.staff.passwords import hash_password, needs_rehash, verify_password
from shared.audit.entries import Origin
from shared.db.driver import Connection
from shared.db.unit_of_work import Database, UnitOfWork
from shared.domain.actor import SYSTEM
from shared.domain.clock import now
from shared.domain.errors import NotFound
from shared.events.customer import CustomerLost
from shared.events.identity import PortalUserDeactivated
from shared.events.staff import StaffLeft

sessions = Sessions()


@dataclass(frozen=True, slots=True)
class Place:
    """From where somebody comes, with which program."""

    client_id: str
    network: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class SignIn:
    """A login with its password; with ``new_password`` one that was given for one sign-in is
    replaced."""

    login: str
    password: str = field(repr=False)
    place: Place
    new_password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Refresh:
    """A refresh token, and from where it comes."""

    token: str = field(repr=False)
    place: Place


@dataclass(frozen=True, slots=True)
class ClientSignIn:
    """A client with its secret."""

    client_id: str
    secret: str = field(repr=False)
    network: str


@dataclass(frozen=True, slots=True)
class EndSession:
    """End one of one's own sessions."""

    session_id: UUID
    lasting: Lifetimes


def lifetimes(settings: CustomerSettings) -> Lifetimes:
    """Return how long sessions and tokens last by the settings."""
    return Lifetimes(
        longest=timedelta(seconds=settings.session_seconds),
        idle=timedelta(seconds=settings.session_idle_seconds),
        access=timedelta(seconds=settings.token_seconds),
    )


async def sign_in(db: Database, settings: CustomerSettings, command: SignIn) -> Issued:
    """Exchange a password for an access token and a refresh token (S214).

    Raises:
        TooManyAttempts: guessed too often, by login and network.
        SignInRefused: login and password do not fit.
        PasswordChangeRequired: the password is for one sign-in; say the new one with it.
        WeakPassword: the new one is too easy to guess.
    """
    guess = Guess(command.login, command.place.network)
    await guess.count(db)
    async with db.reading() as conn:
        who = await identities.by_login(conn, command.login)
    fits = await verify_password(command.password, who.password_hash if who else None)
    if who is None or not fits or who.password_is_over(now()):
        raise SignInRefused("Login and password do not fit.")
    chosen = await _chosen(who, command)
    async with db.transaction(identities.actor_of(who), origin=command.place.origin) as uow:
        known = who.password_hash
        who = await identities.lock(uow, who)
        if who.password_hash != known or not await identities.may_enter(uow.conn, who):
            raise SignInRefused("Login and password do not fit.")  # replaced at this moment
        if chosen is not None:
            await identities.save(uow, who, who.set_password(chosen, uow.now))
        else:
            await _rehash(uow.conn, who, command.password)
        await guess.was_right(uow.conn)
        await remember_network(uow.conn, who, command.place.network, uow.now)
        session, change = Session.open(
            who.id,
            command.place.client_id,
            device=command.place.origin.client,
            network=command.place.network,
            lasting=lifetimes(settings),
            at=uow.now,
        )
        await sessions.add(uow, session, change)
        return await _issue(uow, settings, who, session)


async def refresh(db: Database, settings: CustomerSettings, command: Refresh) -> Issued:
    """Exchange a refresh token for the next one and an access token; one that comes a second time
    ends the session, since somebody else has it (RFC 9700, section 4.14.2).

    Raises:
        RefreshRefused: no such token, or its session is over.
    """
    digest, place = tokens.digest_of(command.token), command.place
    async with db.transaction(SYSTEM, origin=place.origin) as uow:
        session = await _locked(uow, digest)
        if session is not None and session.client_id == place.client_id:
            who = await identities.get(uow.conn, session.subject_id)
            if not await tokens.use_refresh_token(uow.conn, digest, uow.now):
                await _end(uow, session, EndReason.REFRESH_TOKEN_REUSED, lifetimes(settings))
            elif session.goes_on(uow.now) and await identities.may_enter(uow.conn, who):
                session.use(
                    device=place.origin.client,
                    network=place.network,
                    lasting=lifetimes(settings),
                    at=uow.now,
                )
                await sessions.note_use(uow.conn, session)
                return await _issue(uow, settings, who, session)
    raise RefreshRefused("The session is over; sign in again.")


async def sign_in_client(db: Database, settings: CustomerSettings, command: ClientSignIn) -> Issued:
    """Exchange the secret of another system for an access token; there is no refresh token, since
    it has its secret (S214; RFC 6749, section 4.4).

    Raises:
        TooManyAttempts: guessed too often.
        InvalidClient: client and secret do not fit, or it is disabled.
    """
    guess = Guess(f"client {command.client_id}", command.network)
    await guess.count(db)
    async with db.transaction(SYSTEM) as uow:
        client = await clients.by_client_id(uow.conn, command.client_id)
        if client is not None and client.accepts(digest_of_secret(command.secret), uow.now):
            await guess.was_right(uow.conn)
            await clients.note_use(uow, client.id)
            key = await signing_key(uow.conn)
            seconds = settings.token_seconds
            return Issued(
                issue_to_client(key, client, issuer=settings.issuer, seconds=seconds, at=uow.now)
            )
    raise InvalidClient("Client and secret do not fit.")


async def sign_out(uow: UnitOfWork, lasting: Lifetimes) -> None:
    """End the session of the access token that is used (S214)."""
    if uow.actor.session_id is None:
        raise NoSession("This token is of no session.")
    session = await sessions.get_for_update(uow, uow.actor.session_id)
    await _end(uow, session, EndReason.SIGNED_OUT, lasting)


async def end_session(uow: UnitOfWork, command: EndSession) -> Session:
    """End one of one's own sessions (S214).

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    session = await sessions.get_for_update(uow, command.session_id)
    if session.subject_id != uow.actor.id:
        raise NotFound(f"There is no session {command.session_id}.")
    await _end(uow, session, EndReason.ENDED_BY_OWNER, command.lasting)
    return session


async def revoke(
    db: Database, settings: CustomerSettings, session_id: UUID | None, token: str, origin: Origin
) -> None:
    """End the session of an access token, or that of a refresh token; of an unknown one nothing is
    said (RFC 7009)."""
    async with db.transaction(SYSTEM, origin=origin) as uow:
        session = await (
            sessions.get_for_update(uow, session_id)
            if session_id is not None
            else _locked(uow, tokens.digest_of(token))
        )
        if session is not None:
            await _end(uow, session, EndReason.SIGNED_OUT, lifetimes(settings))


async def end_sessions(
    uow: UnitOfWork,
    subject_id: UUID,
    reason: EndReason,
    lasting: Lifetimes,
    besides: UUID | None = None,
) -> None:
    """End the sessions of somebody, but for one."""
    found = await sessions.open_of(uow, subject_id, besides)
    await sessions.save_many(uow, [(each, each.end(reason, lasting, uow.now)) for each in found])


async def when_staff_left(uow: UnitOfWork, event: StaffLeft) -> None:
    """End the sessions of somebody who left; their access tokens are void in any case (S04)."""
    none = timedelta(0)
    await end_sessions(uow, event.staff_id, EndReason.LEFT, Lifetimes(none, none, none))


async def when_portal_user_deactivated(uow: UnitOfWork, event: PortalUserDeactivated) -> None:
    """End the sessions of somebody to whom the portal is closed (S25)."""
    await _close_portal(uow, await sessions.open_of(uow, event.portal_user_id))


async def when_customer_lost(uow: UnitOfWork, event: CustomerLost) -> None:
    """End the sessions of the portal users of a customer that does not trade any more (S25)."""
    await _close_portal(uow, await sessions.open_of_any(uow, of_customer(event.customer_id)))


async def _close_portal(uow: UnitOfWork, found: list[Session]) -> None:
    lasting = Lifetimes(timedelta(0), timedelta(0), LONGEST_ACCESS)
    reason = EndReason.PORTAL_CLOSED
    await sessions.save_many(uow, [(each, each.end(reason, lasting, uow.now)) for each in found])


async def _locked(uow: UnitOfWork, digest: bytes) -> Session | None:
    """Lock and return the session of a refresh token: of two who come at once, one is second."""
    session_id = await tokens.session_of(uow.conn, digest)
    return None if session_id is None else await sessions.get_for_update(uow, session_id)


async def _end(uow: UnitOfWork, session: Session, reason: EndReason, lasting: Lifetimes) -> None:
    if session.status == SessionStatus.OPEN:
        await sessions.save(uow, session, session.end(reason, lasting, uow.now))


async def _issue(
    uow: UnitOfWork, settings: CustomerSettings, who: Identity, session: Session
) -> Issued:
    key = await signing_key(uow.conn)
    access = issue(key, who, session, issuer=settings.issuer, seconds=settings.token_seconds)
    return Issued(access, await tokens.add_refresh_token(uow.conn, session.id, uow.now))


async def _chosen(who: Identity, command: SignIn) -> str | None:
    """Return the hash of the password that takes the place of one for one sign-in."""
    if who.one_time_until is None:
        return None
    if command.new_password is None:
        raise PasswordChangeRequired("Send new_password as well: this password is for one sign-in.")
    check_password(command.new_password, who.login, pointer="/new_password", not_=command.password)
    return await hash_password(command.new_password)


async def _rehash(conn: Connection, who: Identity, password: str) -> None:
    """Store the password under today's parameters."""
    before = who.password_hash
    if before is not None and needs_rehash(before):
        await identities.store_hash(conn, who, await hash_password(password))
