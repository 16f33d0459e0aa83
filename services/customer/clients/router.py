"""``/v1/clients``."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from services.customer.clients import service
from services.customer.clients.model import ClientStatus
from services.customer.clients.schemas import (
    ClientIn,
    ClientOut,
    ClientPatch,
    ClientWithSecretOut,
    RotateSecretIn,
)
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("clients")

Managing = Annotated[Write, writing("client.manage")]
ManagingVersion = Annotated[Write, writing("client.manage", if_match=True)]


@router.get("/clients/{client_id}", response_model=ClientOut)
async def get_client(client_id: UUID, read: Annotated[Read, reading("client.manage")]) -> Response:
    """Return another system that signs in by itself."""
    async with read.connection() as conn:
        client = await service.clients.get(conn, client_id)
    return read.respond(ClientOut.of(client))


@router.get("/clients", response_model=ListOf[ClientOut])
async def list_clients(
    read: Annotated[Read, reading("client.manage")],
    status: ClientStatus | None = None,
    sort: str = "name",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List the other systems that sign in by themselves, by name."""
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await service.clients.page(conn, status, request)
    return respond_page(read, page, ClientOut)


@router.post("/clients", response_model=ClientWithSecretOut, status_code=201)
async def register_client(body: ClientIn, write: Managing) -> Response:
    """Let another system sign in at ``/v1/auth/token`` with ``grant_type=client_credentials``. The
    secret is shown this once."""
    return await write(
        body.command(),
        service.register_client,
        ClientWithSecretOut.after,
        status=201,
        kept=ClientWithSecretOut.kept,
    )


@router.patch("/clients/{client_id}", response_model=ClientOut)
async def change_client(client_id: UUID, body: ClientPatch, write: ManagingVersion) -> Response:
    """Change name or roles. Access tokens issued before are void."""
    command = body.command(client_id, write.expected, _tokens_last(write))
    response = await write(command, service.change_client, ClientOut.of)
    write.context.tokens.forget()
    return response


@router.post("/clients/{client_id}/secret", response_model=ClientWithSecretOut)
async def rotate_client_secret(client_id: UUID, body: RotateSecretIn, write: Managing) -> Response:
    """Give a client a new secret, shown this once; the present one is good for a while beside
    it."""
    response = await write(
        body.command(client_id, write.expected, _tokens_last(write)),
        service.rotate_secret,
        ClientWithSecretOut.after,
        kept=ClientWithSecretOut.kept,
    )
    write.context.tokens.forget()
    return response


@router.post("/clients/{client_id}/disable", response_model=ClientOut)
async def disable_client(client_id: UUID, write: ManagingVersion) -> Response:
    """Let a client sign in no more. Its access tokens are void."""
    command = service.SwitchClient(client_id, write.expected, _tokens_last(write))
    response = await write(command, service.disable_client, ClientOut.of)
    write.context.tokens.forget()
    return response


@router.post("/clients/{client_id}/enable", response_model=ClientOut)
async def enable_client(client_id: UUID, write: ManagingVersion) -> Response:
    """Let a client sign in again."""
    command = service.SwitchClient(client_id, write.expected, _tokens_last(write))
    response = await write(command, service.enable_client, ClientOut.of)
    write.context.tokens.forget()
    return response


def _tokens_last(write: Write) -> timedelta:
    return timedelta(seconds=write.context.settings.token_seconds)
