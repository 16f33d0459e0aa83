"""``/v1/auth``: sign-in after OAuth 2.0 (RFC 6749: password, refresh token, client credentials),
sessions and passwords."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import unquote_plus
from uuid import UUID

from fastapi import Form, Request
from starlette.responses import Response

from services.customer.clients.errors import InvalidClient
from services.customer.limits.service import TooManyAttempts
from services.customer.portal_users.schemas import InvitedOut, PortalUserOut
from services.customer.sessions import identities, passwords, service
from services.customer.sessions.guessing import Guess
from services.customer.sessions.model import Session
from services.customer.sessions.passwords import ResetPortalPassword
from services.customer.sessions.schemas import (
    MeOut,
    OwnPasswordIn,
    RefusalOut,
    ResetPasswordIn,
    ResetPasswordOut,
    SessionOut,
    SignedOutOut,
    TokenOut,
    own_account,
)
from services.customer.sessions.tokens import Issued
from services.customer.staff.schemas import ONE_TIME_LASTS, StaffOut
from shared.domain.clock import now
from shared.domain.errors import DomainError, Unauthenticated
from shared.http.context import Context, context_of
from shared.http.gates import Read, Write, reading, writing
from shared.http.network import network
from shared.http.openapi import answers_problem
from shared.http.origin import origin_of
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("sign-in")

_LOGIN = re.compile(r"[a-z0-9][a-z0-9_.@\-]{1,63}", re.ASCII)
_CLIENT_ID = re.compile(r"[\x21-\x7e]{1,100}", re.ASCII)
_SHORTEST = 8
_BUILT_IN_CLIENT = "kehu"
_JSON = {"content-type": "application/json", "pragma": "no-cache"}
_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": RefusalOut},
    429: {"model": RefusalOut},
}

Text = Annotated[str, Form(max_length=256)]
Secret = Annotated[str, Form(max_length=256, json_schema_extra={"format": "password"})]


class InvalidRequest(DomainError):
    """The request lacks a parameter (RFC 6749, section 5.2)."""

    code = "invalid_request"
    status = 400
    title = "A parameter is missing"


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of a request for a token."""

    username: str
    password: str = field(repr=False)
    new_password: str = field(repr=False)
    refresh_token: str = field(repr=False)
    client_id: str
    client_secret: str = field(repr=False)


@router.post(
    "/auth/token",
    response_model=TokenOut,
    responses=_REFUSALS | {401: {"model": RefusalOut}},
)
async def sign_in(
    request: Request,
    username: Text = "",
    password: Secret = "",
    new_password: Secret = "",
    refresh_token: Secret = "",
    grant_type: Text = "",
    client_id: Text = "",
    client_secret: Secret = "",
) -> Response:
    """Exchange login and password (``grant_type`` is ``password``) or a refresh token
    (``refresh_token``) for an access token and the next refresh token; or the secret of another
    system (``client_credentials``, by HTTP Basic or in the body) for an access token.

    A password for one sign-in is sent with the ``new_password`` that takes its place; otherwise the
    answer is ``password_change_required``. A refresh token is good once: one that comes again ends
    the session. Errors are answered after RFC 6749, section 5.2; 429 after too many attempts.
    """
    asked = Asked(username, password, new_password, refresh_token, client_id, client_secret)
    try:
        if not grant_type:
            raise InvalidRequest("grant_type is missing.")
        if grant_type not in _GRANTS:
            return _error(400, "unsupported_grant_type", "This grant type is not supported.")
        issued = await _GRANTS[grant_type](request, asked)
    except TooManyAttempts as refusal:
        return _error(429, "temporarily_unavailable", refusal.detail, refusal.retry_after)
    except InvalidClient as refusal:
        return _error(401, refusal.code, refusal.detail)
    except DomainError as refusal:
        if refusal.status not in (400, 422):
            raise
        return _error(400, refusal.code, refusal.detail)
    return _issued(issued)


async def _by_password(request: Request, asked: Asked) -> Issued:
    if not asked.username or not asked.password or 0 < len(asked.new_password) < _SHORTEST:
        raise InvalidRequest("Send username and password; a new one has 8 characters.")
    context = context_of(request)
    command = service.SignIn(
        _login(asked.username), asked.password, _place(request, asked), asked.new_password or None
    )
    issued = await service.sign_in(context.db, context.settings, command)
    context.tokens.forget()
    return issued


async def _by_refresh_token(request: Request, asked: Asked) -> Issued:
    if not asked.refresh_token:
        raise InvalidRequest("refresh_token is missing.")
    context = context_of(request)
    command = service.Refresh(asked.refresh_token, _place(request, asked))
    return await service.refresh(context.db, context.settings, command)


async def _by_client(request: Request, asked: Asked) -> Issued:
    client_id, secret = _credentials(request, asked)
    context = context_of(request)
    command = service.ClientSignIn(client_id, secret, network(request.scope))
    return await service.sign_in_client(context.db, context.settings, command)


_GRANTS: dict[str, Callable[[Request, Asked], Awaitable[Issued]]] = {
    "password": _by_password,
    "refresh_token": _by_refresh_token,
    "client_credentials": _by_client,
}


def _place(request: Request, asked: Asked) -> service.Place:
    client_id = asked.client_id or _BUILT_IN_CLIENT
    if not _CLIENT_ID.fullmatch(client_id):
        raise InvalidRequest("client_id is not one.")
    return service.Place(client_id, network(request.scope), origin_of(request))


def _credentials(request: Request, asked: Asked) -> tuple[str, str]:
    """Return client and secret, of the header or of the body, not of both (RFC 6749, 2.3.1)."""
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        if not asked.client_id or not asked.client_secret:
            raise InvalidRequest("Send client_id and client_secret.")
        return asked.client_id, asked.client_secret
    if asked.client_secret or scheme.lower() != "basic":
        raise InvalidRequest("Send the secret once: by HTTP Basic, or in the body.")
    try:
        client_id, colon, secret = b64decode(sent, validate=True).decode().partition(":")
    except ValueError as error:
        raise InvalidClient("Client and secret do not fit.") from error
    if not colon or asked.client_id not in ("", unquote_plus(client_id)):
        raise InvalidClient("Client and secret do not fit.")
    return unquote_plus(client_id), unquote_plus(secret)


@router.post("/auth/revoke", response_model=SignedOutOut, responses={400: {"model": RefusalOut}})
async def revoke_token(
    request: Request, token: Annotated[str, Form(max_length=8192)] = "", token_type_hint: Text = ""
) -> Response:
    """Sign out with a refresh token or an access token: its session ends (RFC 7009). An unknown
    token is answered alike, and the hint is not needed."""
    context = context_of(request)
    if not token:
        return _error(400, "invalid_request", "token is missing.")
    session_id = await _session_of(context, token)
    await service.revoke(context.db, context.settings, session_id, token, origin_of(request))
    context.tokens.forget()
    return Response(SignedOutOut().model_dump_json(), headers=_JSON)


@router.get("/auth/me", response_model=MeOut)
async def get_me(read: Annotated[Read, reading(None)]) -> Response:
    """Return who is signed in, with roles and permissions."""
    return read.respond(MeOut.of(read.actor))


@router.post("/auth/sign-out", response_model=SignedOutOut)
async def sign_out(write: Annotated[Write, writing(None)]) -> Response:
    """End the session of this access token: it and its refresh token are void everywhere within
    seconds. Other sessions go on."""
    lasting = service.lifetimes(write.context.settings)
    response = await write(lasting, service.sign_out, lambda _: SignedOutOut())
    write.context.tokens.forget()
    return response


@router.get("/auth/sessions", response_model=ListOf[SessionOut])
async def list_sessions(
    read: Annotated[Read, reading(None)],
    sort: str = "-opened",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List where one is signed in, the newest first."""
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await service.sessions.page(conn, read.actor.id, now(), request)
    current = read.actor.session_id
    return respond_page(read, page, SessionOut, lambda row: SessionOut.of(row, current))


@router.post("/auth/sessions/{session_id}/end", response_model=SignedOutOut)
async def end_session(session_id: UUID, write: Annotated[Write, writing(None)]) -> Response:
    """End one of one's own sessions, as on a device that was lost."""
    command = service.EndSession(session_id, service.lifetimes(write.context.settings))

    def ended(session: Session) -> SignedOutOut:
        return SignedOutOut()

    response = await write(command, service.end_session, ended)
    write.context.tokens.forget()
    return response


@router.post(
    "/auth/password",
    response_model=StaffOut | PortalUserOut,
    responses={429: answers_problem("Too many guesses")},
)
async def change_password(body: OwnPasswordIn, write: Annotated[Write, writing(None)]) -> Response:
    """Replace one's own password. The other sessions end; this one goes on, that of staff with its
    refresh token, since access tokens issued before are void."""
    async with write.connection() as conn:
        who = await identities.get(conn, write.actor.id)
    await Guess(who.login, network(write.request.scope)).count(write.context.db)
    command = body.command(service.lifetimes(write.context.settings))
    response = await write(command, passwords.change_own_password, own_account)
    write.context.tokens.forget()
    return response


@router.post("/staff/{staff_id}/password", response_model=ResetPasswordOut)
async def reset_password(
    staff_id: UUID, body: ResetPasswordIn, write: Annotated[Write, writing("staff.manage")]
) -> Response:
    """Give somebody a new password, by default for one sign-in at which they choose another.
    Their sessions end and access tokens issued before are void."""
    lasting = service.lifetimes(write.context.settings)
    response = await write(
        body.command(staff_id, write.expected, lasting),
        passwords.reset_password,
        ResetPasswordOut.after,
        kept=ResetPasswordOut.kept,
    )
    write.context.tokens.forget()
    return response


@router.post("/portal-users/{portal_user_id}/password", response_model=InvitedOut)
async def reset_portal_password(
    portal_user_id: UUID, write: Annotated[Write, writing("portal_user.manage")]
) -> Response:
    """Give a portal user a new password for one sign-in within three days, shown this once. Their
    sessions end."""
    lasting = service.lifetimes(write.context.settings)
    command = ResetPortalPassword(portal_user_id, write.expected, ONE_TIME_LASTS, lasting)
    return await write(
        command, passwords.reset_portal_password, InvitedOut.after, kept=InvitedOut.kept
    )


def _login(username: str) -> str:
    """Return the login in the form it is stored in; what cannot be one fits nobody."""
    login = username.strip().lower()
    return login if _LOGIN.fullmatch(login) else ""


async def _session_of(context: Context, token: str) -> UUID | None:
    """Return the session of an access token; None where it is none, or is void already."""
    try:
        return (await context.tokens.verify(token)).session_id
    except Unauthenticated:
        return None


def _issued(issued: Issued) -> Response:
    body = TokenOut(
        access_token=issued.access.token,
        expires_in=issued.access.expires_in,
        refresh_token=issued.refresh_token,
    )
    return Response(body.model_dump_json(exclude_none=True), headers=_JSON)


def _error(status: int, code: str, detail: str, retry_after: int | None = None) -> Response:
    headers = _JSON | ({"retry-after": str(retry_after)} if retry_after else {})
    if status == 401:
        headers["www-authenticate"] = 'Basic realm="kehu"'
    body = RefusalOut(error=code, error_description=detail)
    return Response(body.model_dump_json(), status, headers=headers)
