"""``/v1/auth/jwks`` and ``/v1/auth/keys``."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Request
from starlette.responses import JSONResponse, Response

from services.customer.keys import service
from services.customer.keys.schemas import KeySetOut, RotateIn, SigningKeyOut
from shared.http.context import context_of
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("sign-in")


class KeySetResponse(JSONResponse):
    """A key set has a media type of its own (RFC 7517, section 8.5.2)."""

    media_type = "application/jwk-set+json"


@router.get("/auth/jwks", response_model=KeySetOut, response_class=KeySetResponse)
async def get_key_set(request: Request) -> Response:
    """Return the public keys that verify access tokens."""
    async with context_of(request).db.reading() as conn:
        found = await service.key_set(conn)
    return KeySetResponse(found, headers={"cache-control": "public, max-age=60"})


@router.get("/auth/keys", response_model=ListOf[SigningKeyOut])
async def list_keys(
    read: Annotated[Read, reading("key.manage")],
    sort: str = "-created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List the keys that sign and signed, the newest first."""
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await service.keys.page(conn, request)
    return respond_page(read, page, SigningKeyOut)


@router.post("/auth/keys/rotate", response_model=SigningKeyOut)
async def rotate_keys(body: RotateIn, write: Annotated[Write, writing("key.manage")]) -> Response:
    """Publish the next key. The present one verifies until its tokens have expired, or with
    ``revoke`` no more: everybody signs in anew."""
    tokens_last = timedelta(seconds=write.context.settings.token_seconds)
    response = await write(body.command(tokens_last), service.rotate_keys, SigningKeyOut.of)
    write.context.tokens.forget_keys()
    return response
