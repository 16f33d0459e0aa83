"""The people of a running system: hired by its first administrator, signed in, ready to call."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

import httpx

from shared.auth.roles import Role
from tests.support.calling import Caller, Json
from tests.support.system import ADMIN_PASSWORD

PASSWORD = "小明的密码 is long enough"
_serial = count(1)


@dataclass(frozen=True)
class Person:
    """Somebody of the company, signed in."""

    id: str
    login: str
    name: str
    roles: tuple[str, ...]
    caller: Caller
    record: Json


class Answering(Protocol):
    """A running system, whatever it consists of."""

    def http(self, token: str | None = None, timeout: float = 10) -> httpx.AsyncClient:
        """A client of the system, signed in with a token."""


class Reachable(Protocol):
    """A system that can be called."""

    def http(self, token: str | None = None) -> httpx.AsyncClient:
        """A client, signed in with a token."""


class Company:
    """Hires people of a system, and remembers one of each role."""

    def __init__(self, system: Answering) -> None:
        self.system = system
        self._one_of: dict[str, Person] = {}
        self._clients: list[httpx.AsyncClient] = []
        self._administrator: Caller | None = None
        self._hiring = asyncio.Lock()

    async def administrator(self) -> Caller:
        """The first administrator."""
        if self._administrator is None:
            self._administrator = await self.sign_in("admin", ADMIN_PASSWORD)
        return self._administrator

    async def one(self, role: Role) -> Person:
        """Somebody of the role, always the same."""
        async with self._hiring:
            if role not in self._one_of:
                self._one_of[role] = await self.hire(role)
            return self._one_of[role]

    async def hire(self, *roles: str, name: str = "", **place: Any) -> Person:
        """Somebody new."""
        serial = next(_serial)
        body = {
            "login": f"{roles[0]}.{serial}",
            "name": name or f"{roles[0]} {serial}",
            "roles": list(roles),
            "password": PASSWORD,
            "department": "销售一部",
            "branch": "上海",
        } | place
        record = await (await self.administrator()).post("/v1/staff", body)
        caller = await self.sign_in(body["login"])
        return Person(record["id"], body["login"], record["name"], roles, caller, record)

    async def sign_in(self, login: str, password: str = PASSWORD, **form: str) -> Caller:
        """A client signed in with a password."""
        answer = await self.token(login, password, **form)
        assert answer.status_code == 200, answer.text
        client = self.system.http(answer.json()["access_token"])
        self._clients.append(client)
        return Caller(client)

    async def invite(self, customer: Json, name: str) -> Caller:
        """Somebody of a customer, invited to the portal by its seller, at their first sign-in."""
        seller = (await self.one(Role.ACCOUNT_MANAGER)).caller
        body = {"customer_id": customer["id"], "login": f"buyer.{next(_serial)}", "name": name}
        user = await seller.post("/v1/portal-users", body)
        assert (await self.token(user["login"], user["password"])).status_code == 400
        return await self.sign_in(user["login"], user["password"], new_password=PASSWORD)

    async def token(self, login: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        """What the system answers to a sign-in."""
        form = {"grant_type": "password", "username": login, "password": password} | more
        async with self.system.http() as client:
            return await client.post("/v1/auth/token", data=form)

    async def close(self) -> None:
        """Close all clients."""
        for client in self._clients:
            await client.aclose()


async def eventually(get: Any, wanted: Any, patience: float = 20) -> Any:
    """Call ``get()`` until ``wanted`` accepts what it returns, as events take effect elsewhere."""
    deadline = time.monotonic() + patience
    while True:
        found = await get()
        if wanted(found):
            return found
        assert time.monotonic() < deadline, f"not in {patience} s; the last was {found}"
        await asyncio.sleep(0.05)
