"""Services that follow the organisation by events: units, and where in them people are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from shared.domain.ids import new_id
from shared.events.organisation import UnitMoved, UnitOpened
from shared.events.staff import StaffHired
from tests.conftest import Launch
from tests.support.opportunity import deliver
from tests.support.services import ServiceUnderTest


@pytest.fixture(scope="module", params=["opportunity", "order", "analytics"])
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
