"""``kehu keys``: the keys that sign access tokens, for operators when nobody can sign in."""

from __future__ import annotations

import getpass
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from typing import Annotated, Any

import typer

from shared.db.driver import Connection
from shared.domain.actor import SYSTEM
from shared.domain.clock import now
from shared.domain.errors import DomainError
from shared.host import server
from shared.host.errors import HostError
from shared.host.options import Data, Opened, opened
from shared.host.settings import HostSettings
from shared.logging import configure

_OWNER = "customer"

commands = typer.Typer(no_args_is_help=True, help="List, rotate and revoke signing keys.")


@commands.command("list")
def list_keys(data: Data = None) -> None:
    """List the keys that verify access tokens, the one that signs last first."""

    async def read(here: Opened) -> list[Any]:
        async with here.dbs[_OWNER].reading() as conn:
            return await _verifying(conn)

    _print(_run(data, read))


@commands.command()
def rotate(
    at_once: Annotated[
        bool, typer.Option("--at-once", help="It signs now, not in ten minutes.")
    ] = False,
    data: Data = None,
) -> None:
    """Publish the next key. Those before it verify until their tokens have expired."""
    _print(_run(data, lambda here: _rotated(here, at_once=at_once)))


@commands.command()
def revoke(data: Data = None) -> None:
    """Give up all keys for a new one, after a leak: what they signed is void within a minute, and
    everybody signs in anew."""
    _print(_run(data, lambda here: _rotated(here, revoke=True)))


async def _rotated(here: Opened, **how: bool) -> list[Any]:
    keys = _keys()
    tokens_last = timedelta(seconds=here.databases.settings(here.services[0]).token_seconds)
    operator = replace(SYSTEM, name=f"{getpass.getuser()} (command line)")
    async with here.dbs[_OWNER].transaction(operator) as uow:
        await keys.rotate_keys(uow, keys.RotateKeys(tokens_last, **how))
        return await _verifying(uow.conn)


async def _verifying(conn: Connection) -> list[Any]:
    found: list[Any] = await _keys().keys.verifying(conn, now())
    return found


def _keys() -> Any:
    """The use cases of the service that signs; the host only knows its name."""
    return import_module(f"services.{_OWNER}.keys.service")


def _run(data: Any, work: Callable[[Opened], Awaitable[list[Any]]]) -> list[Any]:
    configure("error")

    async def act() -> list[Any]:
        async with opened(HostSettings.of(data=data), [_OWNER]) as here:
            if not here.databases.settings(here.services[0]).sign_in:
                raise HostError("An identity provider signs; its keys are not here.")
            return await work(here)

    try:
        return server.run_once(act)
    except DomainError as error:
        raise HostError(error.detail) from error


def _print(found: list[Any]) -> None:
    """Print a line for each: its name, from when it signs, and until when it verifies."""
    at = now()
    signing = next((each.kid for each in found if each.signs_from <= at), None)
    for key in found:
        state = "signs" if key.kid == signing else "next" if key.signs_from > at else "verifies"
        until = f"  until {key.verifies_until:%Y-%m-%d %H:%M:%S}" if key.verifies_until else ""
        print(f"{key.kid}  {state:8}  from {key.signs_from:%Y-%m-%d %H:%M:%S}{until}")
