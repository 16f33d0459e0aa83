"""Services that follow the organisation by events: units, where in them people are, what roles
permit, and who stands in for whom."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from shared.auth import grants
from shared.domain.ids import new_id
from shared.events.organisation import (
    DeputyAppointed,
    DeputyRevoked,
    RoleChanged,
    RoleDefined,
    RoleRetired,
    UnitMoved,
    UnitOpened,
)
from shared.events.staff import StaffHired
from tests.conftest import Launch
from tests.support.opportunity import deliver
from tests.support.services import ServiceUnderTest

#: By service: what can be read, and by which permission.
READS = {
    "opportunity": ("/v1/opportunities", "opportunity.read"),
    "order": ("/v1/orders", "order.read"),
    "analytics": ("/v1/reports/funnel", "report.read"),
}


@pytest.fixture(scope="module", params=READS)
async def service(request: pytest.FixtureRequest, launch: Launch) -> ServiceUnderTest:
    """A service that has replicas of what the customer service says."""
    return await launch(request.param)


async def row(service: ServiceUnderTest, table: str, row_id: UUID) -> dict[str, Any]:
    """A row of a replica."""
    schema = "facts." if service.service.name == "analytics" else ""
    async with service.db.reading() as conn:
        found = await conn.exec_driver_sql(
            f"SELECT * FROM {schema}{table} WHERE id = $1", (row_id,)
        )
        return dict(found.one())


async def test_units_are_known_with_their_paths(service: ServiceUnderTest) -> None:
    """S218: the newest path wins."""
    unit_id, parent_id, manager_id = new_id(), new_id(), new_id()
    state: dict[str, Any] = {
        "unit_id": unit_id,
        "code": "SH",
        "name": "上海分公司",
        "kind": "branch",
        "parent_id": parent_id,
        "manager_id": manager_id,
        "status": "open",
    }
    await deliver(service, UnitOpened(**state, path="HQ/SH/"), unit_id)
    await deliver(service, UnitMoved(**state, path="HQ/EAST/SH/"), unit_id, 2)
    found = await row(service, "unit", unit_id)
    assert found == {
        "id": unit_id,
        "version": 2,
        "path": "HQ/EAST/SH/",
        **{name: value for name, value in state.items() if name != "unit_id"},
    }


async def test_people_are_known_with_their_unit(service: ServiceUnderTest) -> None:
    """S218: what an event of before the units does not say is not known."""
    staff_id, unit_id = new_id(), new_id()
    state: dict[str, Any] = {
        "name": "王芳",
        "roles": ("sales_manager",),
        "department": None,
        "branch": "上海分公司",
        "status": "active",
    }
    placed = StaffHired(staff_id=staff_id, unit_id=unit_id, unit_path="HQ/SH/", **state)
    await deliver(service, placed, staff_id)
    found = await row(service, "staff", staff_id)
    assert (found["unit_id"], found["unit_path"]) == (unit_id, "HQ/SH/")
    before = new_id()
    await deliver(service, StaffHired(staff_id=before, **state), before)
    assert (await row(service, "staff", before))["unit_path"] is None


def role(code: str, *permissions: str, **fields: Any) -> dict[str, Any]:
    """What an event says of a role."""
    state = {
        "role_id": new_id(),
        "code": code,
        "name": code,
        "name_zh": "角色",
        "permissions": permissions,
        "predefined": False,
        "status": "active",
    }
    return state | fields


async def test_what_a_role_permits_follows_the_events(service: ServiceUnderTest) -> None:
    """S214, S217: granted, revoked, retired, all with the same token."""
    path, permission = READS[service.service.name]
    nothing, something = (
        role("auditor", "credit.read"),
        {"permissions": ("credit.read", permission)},
    )
    role_id: UUID = nothing["role_id"]
    async with service.client("auditor") as client:

        async def status() -> int:
            service.app.state.context.tokens.forget()
            return (await client.get(path)).status_code

        assert await status() == 403
        await deliver(service, RoleDefined(**nothing), role_id)
        assert await status() == 403
        await deliver(service, RoleChanged(**nothing | something), role_id, 2)
        assert await status() == 200
        assert (await row(service, "role", role_id))["permissions"] == ["credit.read", permission]
        await deliver(service, RoleChanged(**nothing), role_id, 3)
        assert await status() == 403
        retired = nothing | something | {"status": "retired"}
        await deliver(service, RoleRetired(**retired), role_id, 4)
        assert await status() == 403


async def test_a_predefined_role_holds_what_is_built_in_until_it_is_told(
    service: ServiceUnderTest,
) -> None:
    """S217: the news of one role leaves the others as they are."""
    path, _ = READS[service.service.name]
    told = role("sales_manager", predefined=True)
    async with service.client("sales_manager") as one, service.client("general_manager") as other:
        assert (await one.get(path)).status_code == 200
        await deliver(service, RoleDefined(**told), told["role_id"])
        service.app.state.context.tokens.forget()
        assert (await one.get(path)).status_code == 403
        assert (await other.get(path)).status_code == 200


async def test_roles_are_not_read_at_every_request(
    service: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S214: what was read counts until it is old, and then no longer."""
    path, permission = READS[service.service.name]
    told = role("once", permission)
    async with service.client("once") as client:
        await deliver(service, RoleDefined(**told), told["role_id"])
        service.app.state.context.tokens.forget()
        assert (await client.get(path)).status_code == 200
        monkeypatch.setattr(grants, "_FRESH_SECONDS", 3600)
        await deliver(service, RoleChanged(**told | {"permissions": ()}), told["role_id"], 2)
        assert (await client.get(path)).status_code == 200
        monkeypatch.setattr(grants, "_FRESH_SECONDS", 0)
        assert (await client.get(path)).status_code == 403


async def test_who_stands_in_for_whom_is_known(service: ServiceUnderTest) -> None:
    """S18: until it is revoked."""
    state = {
        "deputyship_id": new_id(),
        "principal_id": new_id(),
        "deputy_id": new_id(),
        "starts_on": date(2026, 10, 1),
        "ends_on": date(2026, 10, 7),
        "status": "appointed",
    }
    deputyship_id: Any = state.pop("deputyship_id")
    appointed = DeputyAppointed(deputyship_id=deputyship_id, **state)
    await deliver(service, appointed, deputyship_id)
    found = await row(service, "deputy", deputyship_id)
    assert found == {"id": deputyship_id, "version": 1, **state}
    revoked = DeputyRevoked(deputyship_id=deputyship_id, **state | {"status": "revoked"})
    await deliver(service, revoked, deputyship_id, 2)
    assert (await row(service, "deputy", deputyship_id))["status"] == "revoked"
