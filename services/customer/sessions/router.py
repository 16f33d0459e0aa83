"""``/v1/auth``: sign-in after OAuth 2.0 (password grant, RFC 6749 section 4.3)."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Form, Request
from starlette.responses import JSONResponse, Response

from services.customer.limits.service import TooManyAttempts
from services.customer.sessions import service
from services.customer.sessions.keys import key_set
from services.customer.sessions.schemas import KeySetOut, MeOut, RefusalOut, TokenOut
from services.customer.staff.schemas import OwnPasswordIn, StaffOut
from services.customer.staff.service import change_own_password, members
from shared.http.context import context_of
from shared.http.gates import Read, Write, reading, writing
from shared.http.network import network
from shared.http.openapi import answers_problem
from shared.http.routing import new_router

router = new_router("sign-in")

_LOGIN = re.compile(r"[a-z0-9][a-z0-9_.@\-]{1,63}", re.ASCII)
_CLIENT_ID = re.compile(r"[\x21-\x7e]{1,100}", re.ASCII)
_BUILT_IN_CLIENT = "kehu"
_JSON = {"content-type": "application/json", "pragma": "no-cache"}

Field = Annotated[str, Form(max_length=256)]


class KeySetResponse(JSONResponse):
    """A key set has a media type of its own (RFC 7517, section 8.5.2)."""

    media_type = "application/jwk-set+json"


@router.post(
    "/auth/token",
    response_model=TokenOut,
    responses={400: {"model": RefusalOut}, 429: {"model": RefusalOut}},
)
async def sign_in(
    request: Request,
    username: Field = "",
    password: Annotated[str, Form(max_length=256, json_schema_extra={"format": "password"})] = "",
    grant_type: Field = "",
    client_id: Field = _BUILT_IN_CLIENT,
) -> Response:
    """Exchange login and password for an access token; ``grant_type`` is ``password``.

    Errors are answered after RFC 6749, section 5.2; 429 after too many attempts.
    """
    context = context_of(request)
    if not grant_type:
        return _error(400, "invalid_request", "grant_type is missing.")
    if grant_type != "password":
        return _error(400, "unsupported_grant_type", "Only the grant type password is supported.")
    if not username or not password or not _CLIENT_ID.fullmatch(client_id):
        return _error(400, "invalid_request", "Send username and password.")
    command = service.SignIn(_login(username), password, network(request.scope), client_id)
    try:
        token = await service.sign_in(context.db, context.settings, command)
    except service.SignInRefused as refusal:
        return _error(400, refusal.code, refusal.detail)
    except TooManyAttempts as refusal:
        return _error(429, "temporarily_unavailable", refusal.detail, refusal.retry_after)
    body = TokenOut(access_token=token.token, expires_in=token.expires_in)
    return Response(body.model_dump_json(), headers=_JSON)


@router.get("/auth/jwks", response_model=KeySetOut, response_class=KeySetResponse)
async def get_key_set(request: Request) -> Response:
    """Return the public keys that verify access tokens."""
    async with context_of(request).db.reading() as conn:
        found = await key_set(conn)
    return KeySetResponse(found, headers={"cache-control": "public, max-age=300"})


@router.get("/auth/me", response_model=MeOut)
async def get_me(read: Annotated[Read, reading(None)]) -> Response:
    """Return who is signed in, with roles and permissions."""
    return read.respond(MeOut.of(read.actor))


@router.post(
    "/auth/password",
    response_model=StaffOut,
    responses={429: answers_problem("Too many guesses")},
)
async def change_password(body: OwnPasswordIn, write: Annotated[Write, writing(None)]) -> Response:
    """Replace one's own password. Access tokens issued before are void: sign in again."""
    async with write.connection() as conn:
        staff = await members.get(conn, write.actor.id)
    await service.guard_guesses(write.context.db, staff, network(write.request.scope))
    response = await write(body.command(), change_own_password, StaffOut.of)
    write.context.tokens.forget()
    return response


def _login(username: str) -> str:
    """Return the login in the form it is stored in; what cannot be one fits nobody."""
    login = username.strip().lower()
    return login if _LOGIN.fullmatch(login) else ""


def _error(status: int, code: str, detail: str, retry_after: int | None = None) -> Response:
    headers = _JSON | ({"retry-after": str(retry_after)} if retry_after else {})
    body = RefusalOut(error=code, error_description=detail)
    return Response(body.model_dump_json(), status, headers=headers)
