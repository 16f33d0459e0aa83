"""What has states in the customer service."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.integration.robustness.corpus.machines.machine import Json, Machine
from tests.integration.robustness.worlds import World
from tests.support.opportunity import etag, succeeded

_serials = count(1)


async def _made(world: World, path: str, **body: Any) -> Json:
    async with world.client() as client:
        return succeeded(await client.post(f"/v1/{path}", json=body))


async def _after(world: World, kind: str, made: Json, step: str, **body: Any) -> Json:
    async with world.client() as client:
        path = f"/v1/{kind}/{made['id']}/{step}"
        return succeeded(await client.post(path, json=body, headers=etag(made)))


async def prospect(world: World) -> Json:
    return await _made(world, "customers", name=f"状态公司{next(_serials)}有限公司")


async def formal(world: World) -> Json:
    return await _after(world, "customers", await prospect(world), "confirm")


async def lost(world: World) -> Json:
    return await _after(world, "customers", await formal(world), "lose", reason="测试")


CUSTOMERS = Machine(
    service="customer",
    id_name="customer_id",
    states={"prospect": prospect, "formal": formal, "lost": lost},
    steps={
        each: f"POST /v1/customers/{{customer_id}}/{each}"
        for each in ("confirm", "reject", "lose", "regain")
    },
    allowed={"prospect": "confirm lose", "formal": "lose", "lost": "regain"},
    codes=("customer_state",),
)


async def hired(world: World) -> Json:
    body = {"login": f"state{next(_serials)}", "name": "状态员工", "roles": ["finance"]}
    return await _made(world, "staff", **body)


async def left(world: World) -> Json:
    return await _after(world, "staff", await hired(world), "leave")


STAFF = Machine(
    service="customer",
    id_name="staff_id",
    states={"left": left},
    steps={
        "change": "PATCH /v1/staff/{staff_id}",
        "leave": "POST /v1/staff/{staff_id}/leave",
        "password": "POST /v1/staff/{staff_id}/password",
    },
    allowed={},
    codes=("staff_state",),
)


async def opened(world: World) -> Json:
    number = next(_serials)
    body = {"parent_id": world.known["parent_id"], "kind": "branch", "name": f"状态部{number}"}
    return await _made(world, "units", code=f"S{number}", **body)


async def closed(world: World) -> Json:
    return await _after(world, "units", await opened(world), "close")


UNITS = Machine(
    service="customer",
    id_name="unit_id",
    states={"closed": closed},
    steps={
        "change": "PATCH /v1/units/{unit_id}",
        "move": "POST /v1/units/{unit_id}/move",
        "close": "POST /v1/units/{unit_id}/close",
    },
    allowed={},
    codes=("unit_state",),
)


async def role(world: World) -> Json:
    number = next(_serials)
    return await _made(world, "roles", code=f"state{number}", name=f"S{number}", name_zh="状态")


async def retired(world: World) -> Json:
    return await _after(world, "roles", await role(world), "retire")


ROLES = Machine(
    service="customer",
    id_name="role_id",
    states={"retired": retired},
    steps={
        "change": "PATCH /v1/roles/{role_id}",
        **{each: f"POST /v1/roles/{{role_id}}/{each}" for each in ("grant", "revoke", "retire")},
    },
    allowed={},
    codes=("role_state",),
)


async def enabled(world: World) -> Json:
    body = {"name": f"系统{next(_serials)}", "roles": ["finance"]}
    return await _made(world, "clients", **body)


async def disabled(world: World) -> Json:
    return await _after(world, "clients", await enabled(world), "disable")


CLIENTS = Machine(
    service="customer",
    id_name="client_id",
    states={"enabled": enabled, "disabled": disabled},
    steps={
        "secret": "POST /v1/clients/{client_id}/secret",
        "disable": "POST /v1/clients/{client_id}/disable",
        "enable": "POST /v1/clients/{client_id}/enable",
    },
    allowed={"enabled": "secret disable", "disabled": "enable"},
    codes=("client_state",),
)


async def invited(world: World) -> Json:
    body = {"customer_id": world.known["customer_id"], "name": "韩梅梅"}
    return await _made(world, "portal-users", login=f"buyer{next(_serials)}", **body)


async def deactivated(world: World) -> Json:
    return await _after(world, "portal-users", await invited(world), "deactivate")


PORTAL_USERS = Machine(
    service="customer",
    id_name="portal_user_id",
    states={"active": invited, "inactive": deactivated},
    steps={
        "change": "PATCH /v1/portal-users/{portal_user_id}",
        "password": "POST /v1/portal-users/{portal_user_id}/password",
        "deactivate": "POST /v1/portal-users/{portal_user_id}/deactivate",
        "reactivate": "POST /v1/portal-users/{portal_user_id}/reactivate",
    },
    allowed={"active": "change password deactivate", "inactive": "reactivate change"},
    codes=("portal_user_state",),
)
MACHINES = (CUSTOMERS, STAFF, UNITS, ROLES, CLIENTS, PORTAL_USERS)
