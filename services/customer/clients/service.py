"""Use cases of the clients slice."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from services.customer.clients.model import Client
from services.customer.clients.repository import Clients
from services.customer.roles.errors import RoleInUse
from services.customer.roles.repository import require_roles
from shared.db.unit_of_work import UnitOfWork
from shared.events.organisation import RoleRetired

clients = Clients()

#: 256 bits, with a beginning by which scanners for leaked secrets find it.
_PREFIX, _BYTES = "kehu_cs_", 32


@dataclass(frozen=True, slots=True)
class RegisterClient:
    """Let another system sign in."""

    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeClient:
    """Change name or roles; None: as it is."""

    client_id: UUID
    expected: int | None
    tokens_last: timedelta
    name: str | None = None
    roles: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class RotateSecret:
    """Give a client a new secret; those before it are good for ``overlap``."""

    client_id: UUID
    expected: int | None
    tokens_last: timedelta
    overlap: timedelta


@dataclass(frozen=True, slots=True)
class SwitchClient:
    """Let a client sign in no more, or again."""

    client_id: UUID
    expected: int | None
    tokens_last: timedelta


@dataclass(frozen=True, slots=True)
class WithSecret:
    """A client with its new secret, which is shown this once."""

    client: Client
    secret: str = field(repr=False)


async def register_client(uow: UnitOfWork, command: RegisterClient) -> WithSecret:
    """Let another system sign in (S214)."""
    await require_roles(uow.conn, command.roles)
    secret = new_secret()
    client, change = Client.register(command.name, command.roles, digest_of(secret), uow.now)
    await clients.add(uow, client, change)
    return WithSecret(client, secret)


async def change_client(uow: UnitOfWork, command: ChangeClient) -> Client:
    """Change name or roles; its access tokens are void (S214)."""
    client = await clients.get_for_update(uow, command.client_id, command.expected)
    await require_roles(uow.conn, command.roles or ())
    change = client.change(
        uow.now,
        command.tokens_last,
        name=command.name or client.name,
        roles=command.roles or client.roles,
    )
    await clients.save(uow, client, change)
    return client


async def rotate_secret(uow: UnitOfWork, command: RotateSecret) -> WithSecret:
    """Give a client a new secret beside the present one, for as long as it takes to bring it there
    (S214)."""
    client = await clients.get_for_update(uow, command.client_id, command.expected)
    secret = new_secret()
    change = client.rotate(digest_of(secret), command.overlap, uow.now, command.tokens_last)
    await clients.save(uow, client, change)
    return WithSecret(client, secret)


async def disable_client(uow: UnitOfWork, command: SwitchClient) -> Client:
    """Let a client sign in no more; its access tokens are void (S214)."""
    client = await clients.get_for_update(uow, command.client_id, command.expected)
    await clients.save(uow, client, client.disable(uow.now, command.tokens_last))
    return client


async def enable_client(uow: UnitOfWork, command: SwitchClient) -> Client:
    """Let a client sign in again (S214)."""
    client = await clients.get_for_update(uow, command.client_id, command.expected)
    await clients.save(uow, client, client.enable())
    return client


async def nobody_holds(uow: UnitOfWork, event: RoleRetired) -> None:
    """Refuse to retire a role that a client holds (S214)."""
    if machines := await clients.count_of_role(uow.conn, event.code):
        raise RoleInUse(f"{machines} clients hold {event.name}.", clients=machines)


def new_secret() -> str:
    """Return a secret that nobody guesses."""
    return _PREFIX + secrets.token_urlsafe(_BYTES)


def digest_of(secret: str) -> bytes:
    """Return what is stored of a secret: with 256 bits, a fast hash is as good as any."""
    return hashlib.sha256(secret.encode()).digest()
