"""Units of a company, opened over HTTP by an administrator."""

from __future__ import annotations

from itertools import count
from typing import Any

import httpx

_serial = count(1)
Json = dict[str, Any]


async def company(client: httpx.AsyncClient) -> Json:
    """The root of the tree."""
    found = (await client.get("/v1/units", params={"kind": "company"})).json()["items"]
    assert len(found) == 1
    return dict(found[0])


async def opened(client: httpx.AsyncClient, parent: Json, kind: str, name: str = "") -> Json:
    """A new unit below another."""
    code = f"T{next(_serial)}"
    body = {"parent_id": parent["id"], "code": code, "name": name or code, "kind": kind}
    answer = await client.post("/v1/units", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def act(client: httpx.AsyncClient, unit: Json, action: str, body: Any = None) -> Json:
    """Take a step with a unit, at the version that was seen."""
    path, headers = f"/v1/units/{unit['id']}/{action}", {"If-Match": f'"v{unit["version"]}"'}
    answer = await client.post(path, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def renamed(client: httpx.AsyncClient, unit: Json, **fields: Any) -> httpx.Response:
    """The answer to a change of a unit, at the version that was seen."""
    headers = {"If-Match": f'"v{unit["version"]}"'}
    return await client.patch(f"/v1/units/{unit['id']}", json=fields, headers=headers)


async def read(client: httpx.AsyncClient, unit: Json) -> Json:
    """The unit as it is now."""
    return dict((await client.get(f"/v1/units/{unit['id']}")).json())
