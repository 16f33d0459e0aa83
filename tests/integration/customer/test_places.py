"""People in units: department and branch come from the tree, and follow it."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.support.organisation import act, company, opened, renamed
from tests.support.sign_ins import SignIns

PASSWORD = "a long enough password"
Json = dict[str, Any]


async def test_who_is_in_a_unit_has_its_department_and_branch(sign_ins: SignIns) -> None:
    """S218: in the answer, in the event and in the token."""
    async with await sign_ins.administrator() as client:
        branch = await opened(client, await company(client), "branch", "上海分公司")
        department = await opened(client, branch, "department", "销售一部")
        team = await opened(client, department, "team", "一组")
    hired = await sign_ins.hire(
        "placed", "account_manager", unit_id=team["id"], position="客户经理", password=PASSWORD
    )
    place = {
        "position": "客户经理",
        "unit_id": team["id"],
        "unit_path": team["path"],
        "department": "销售一部",
        "branch": "上海分公司",
    }
    assert {name: hired[name] for name in place} == place
    event = (await sign_ins.under_test.published("crm.customer.staff.hired.v1"))[-1]
    assert {name: event["data"][name] for name in place} == place
    async with await sign_ins.client("placed", PASSWORD) as client:
        me = (await client.get("/v1/auth/me")).json()
    assert (me["department"], me["branch"]) == ("销售一部", "上海分公司")


async def test_text_stands_for_those_without_a_unit(sign_ins: SignIns) -> None:
    """S218: beside a unit it is refused; who leaves the unit keeps what it said."""
    text = {"department": "老部门", "branch": "老分部"}
    hired = await sign_ins.hire("unplaced", "account_manager", **text)
    assert (hired["unit_id"], hired["department"], hired["branch"]) == (None, "老部门", "老分部")
    async with await sign_ins.administrator() as client:
        unit = await opened(client, await company(client), "department", "新部门")

        async def change(**fields: Any) -> Json:
            url = f"/v1/staff/{hired['id']}"
            return (await client.patch(url, json=fields, headers={"If-Match": "*"})).json()

        both = await change(unit_id=unit["id"], department="别的")
        assert (both["code"], both["errors"][0]["pointer"]) == ("place_of_unit", "/department")
        inside = await change(unit_id=unit["id"])
        assert (inside["department"], inside["branch"]) == ("新部门", None)
        assert (await change(branch="别的"))["code"] == "place_of_unit"
        assert (await change(unit_id=both["request_id"]))["errors"][0]["code"] == "unknown_unit"
        outside = await change(unit_id=None, branch="天津")
    assert (outside["unit_path"], outside["department"], outside["branch"]) == (
        None,
        "新部门",
        "天津",
    )


async def test_people_follow_their_unit(sign_ins: SignIns) -> None:
    """S218: a move and a new name reach those below, once each, and leave others alone."""
    async with await sign_ins.administrator() as client:
        root = await company(client)
        old = await opened(client, root, "branch", "旧分公司")
        new = await opened(client, root, "branch", "新分公司")
        department = await opened(client, old, "department", "销售部")
        team = await opened(client, department, "team")
        people = [
            await sign_ins.hire(f"follows.{number}", "account_manager", unit_id=unit["id"])
            for number, unit in enumerate((department, team, old))
        ]
        moved = await act(client, department, "move", {"parent_id": new["id"]})
        after = [(await client.get(f"/v1/staff/{each['id']}")).json() for each in people]
        await renamed(client, moved, name="营销部")
        named = [(await client.get(f"/v1/staff/{each['id']}")).json() for each in people]
    assert [(each["branch"], each["version"]) for each in after] == [
        ("新分公司", 2),
        ("新分公司", 2),
        ("旧分公司", 1),
    ]
    assert after[1]["unit_path"] == f"{moved['path']}{team['code']}/"
    assert [each["department"] for each in named] == ["营销部", "营销部", None]
    assert [each["version"] for each in named] == [3, 3, 1]
    events = await sign_ins.under_test.published("crm.customer.staff.changed.v1")
    told = [(each["data"]["staff_id"], each["data"]["department"]) for each in events[-4:]]
    assert sorted(told) == sorted(
        (each["id"], name) for each in people[:2] for name in ("销售部", "营销部")
    )


async def test_a_new_place_ends_the_sessions_of_those_it_is_for(sign_ins: SignIns) -> None:
    """S214: a token does not say a place that is no more; a manager's name changes nobody's."""
    async with await sign_ins.administrator() as administrator:
        branch = await opened(administrator, await company(administrator), "branch", "北京")
        fields = {"unit_id": branch["id"], "password": PASSWORD}
        hired = await sign_ins.hire("in.beijing", "sales_manager", **fields)
        async with await sign_ins.client("in.beijing", PASSWORD) as client:
            changed = await renamed(administrator, branch, manager_id=hired["id"])
            assert (await client.get("/v1/auth/me")).status_code == 200
            assert (await renamed(administrator, changed.json(), name="华北")).is_success
            sign_ins.under_test.app.state.context.tokens.forget()
            assert (await client.get("/v1/auth/me")).status_code == 401


async def test_staff_are_listed_by_unit(sign_ins: SignIns) -> None:
    """S218."""
    async with await sign_ins.administrator() as client:
        unit = await opened(client, await company(client), "team")
        hired = await sign_ins.hire("of.the.unit", "warehouse", unit_id=unit["id"])
        found = (await client.get(f"/v1/staff?unit_id={unit['id']}&status=active")).json()["items"]
    assert [each["id"] for each in found] == [hired["id"]]


async def test_a_change_of_somebody_and_of_the_unit_at_once_agree(sign_ins: SignIns) -> None:
    """S218: whichever comes first, the place is that of the unit in the end."""
    async with await sign_ins.administrator() as client:
        root = await company(client)
        for number in range(5):
            unit = await opened(client, root, "department", "旧名")
            person = await sign_ins.hire(f"agrees.{number}", "warehouse")
            answers = await asyncio.gather(
                renamed(client, unit, name="新名"),
                client.patch(
                    f"/v1/staff/{person['id']}",
                    json={"unit_id": unit["id"]},
                    headers={"If-Match": "*"},
                ),
            )
            assert [each.status_code for each in answers] == [200, 200]
            found = (await client.get(f"/v1/staff/{person['id']}")).json()
            assert found["department"] == "新名"
