"""Strangers who register as customers."""

from __future__ import annotations

from itertools import count
from typing import Any

import httpx

from tests.support.opportunity import succeeded
from tests.support.services import ServiceUnderTest

_serial = count(1)


def stranger(service: ServiceUnderTest, address: str) -> httpx.AsyncClient:
    """Somebody who is not signed in, at an address."""
    transport = httpx.ASGITransport(service.app, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://kehu")


async def hired(service: ServiceUnderTest, login: str, role: str) -> str:
    """The id of somebody new with a role."""
    async with service.client("administrator") as client:
        body = {"login": login, "name": login, "roles": [role], "branch": "上海"}
        return str(succeeded(await client.post("/v1/staff", json=body))["id"])


async def registered(service: ServiceUnderTest, **fields: Any) -> dict[str, Any]:
    """The record of a customer that registered, each from an address of its own."""
    serial = next(_serial)
    wish = {"name": f"注册客户{serial}", "phone": f"1380013{serial:04}", "region": "华东"} | fields
    async with stranger(service, f"198.51.100.{serial % 250}") as client:
        told = succeeded(await client.post("/v1/registrations", json=wish))
    async with service.client("general_manager") as client:
        return succeeded(await client.get(f"/v1/customers/{told['id']}"))
