"""Units: the tree, moving, closing, who manages them."""

from __future__ import annotations

import asyncio

import pytest

from services.customer.bootstrap import prepare
from services.customer.units import service as units
from tests.support.organisation import act, company, opened, read, renamed
from tests.support.sign_ins import SignIns

PASSWORD = "a long enough password"


async def test_the_company_is_there_once(sign_ins: SignIns) -> None:
    """S218: made at the first start, and not again at the next."""
    assert await prepare(sign_ins.under_test.db, sign_ins.settings) == ()
    async with await sign_ins.administrator() as client:
        root = await company(client)
    assert (root["code"], root["path"], root["parent_id"]) == ("HQ", "HQ/", None)


async def test_a_unit_is_opened_below_another(sign_ins: SignIns) -> None:
    """S218: with its whole state in the event."""
    async with await sign_ins.administrator() as client:
        root = await company(client)
        manager = await sign_ins.hire("unit.manager", "sales_manager")
        body = {
            "parent_id": root["id"],
            "code": "east",
            "name": "华东大区",
            "kind": "region",
            "manager_id": manager["id"],
        }
        created = await client.post("/v1/units", json=body)
        again = await client.post("/v1/units", json=body | {"code": "EAST"})
    unit = created.json()
    assert (created.status_code, unit["code"], unit["path"]) == (201, "EAST", "HQ/EAST/")
    assert (again.status_code, again.json()["code"]) == (409, "unit_code_taken")
    event = (await sign_ins.under_test.published("crm.customer.unit.opened.v1"))[-1]
    assert event["data"] == {
        "unit_id": unit["id"],
        "code": "EAST",
        "name": "华东大区",
        "kind": "region",
        "parent_id": root["id"],
        "manager_id": manager["id"],
        "path": "HQ/EAST/",
        "status": "open",
    }


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("parent_id", "0193e2f0-0000-7000-8000-000000000000", "unknown_unit"),
        ("manager_id", "0193e2f0-0000-7000-8000-000000000000", "unknown_staff"),
        ("kind", "company", "misplaced_unit"),
    ],
)
async def test_a_unit_in_no_place_is_refused(
    sign_ins: SignIns, field: str, value: str, code: str
) -> None:
    """S218: its parent and its manager exist, and there is one company."""
    async with await sign_ins.administrator() as client:
        root = await company(client)
        body = {"parent_id": root["id"], "code": "NOWHERE", "name": "无", "kind": "team"}
        answer = await client.post("/v1/units", json=body | {field: value})
    assert answer.status_code == 422
    assert [each["code"] for each in answer.json()["errors"]] == [code]


async def test_the_tree_is_one_answer(sign_ins: SignIns) -> None:
    """S218: what is closed is not in it."""
    async with await sign_ins.administrator() as client:
        root = await company(client)
        branch = await opened(client, root, "branch")
        team = await opened(client, await opened(client, branch, "department"), "team")
        closed = await act(client, await opened(client, branch, "department"), "close")
        tree = (await client.get("/v1/units/tree")).json()["company"]
    (shown,) = [each for each in tree["below"] if each["id"] == branch["id"]]
    (department,) = shown["below"]
    assert department["id"] != closed["id"]
    assert [each["id"] for each in department["below"]] == [team["id"]]
    assert tree["id"] == root["id"]


async def test_units_are_listed_and_filtered(sign_ins: SignIns) -> None:
    """By parent, kind and state, in the order of their codes."""
    async with await sign_ins.administrator() as client:
        region = await opened(client, await company(client), "region")
        branches = [await opened(client, region, "branch") for _ in range(3)]
        department = await opened(client, region, "department")
        await act(client, branches[0], "close")
        query = f"/v1/units?parent_id={region['id']}"

        async def ids(more: str) -> set[str]:
            return {each["id"] for each in (await client.get(query + more)).json()["items"]}

        assert await ids("&kind=branch&status=open") == {each["id"] for each in branches[1:]}
        assert await ids("&kind=department") == {department["id"]}
        first = (await client.get(query + "&page_size=3")).json()
        rest = await client.get(f"{query}&page_size=3&page_token={first['next_page_token']}")
    codes = [each["code"] for each in first["items"] + rest.json()["items"]]
    assert codes == sorted(codes)
    assert len(codes) == 4


async def test_what_is_below_moves_along(sign_ins: SignIns) -> None:
    """S218: one event for each unit whose path changed, the moved one first."""
    async with await sign_ins.administrator() as client:
        root = await company(client)
        east, north = await opened(client, root, "region"), await opened(client, root, "region")
        branch = await opened(client, east, "branch")
        department = await opened(client, branch, "department")
        closed = await act(client, await opened(client, branch, "department"), "close")
        beside = await opened(client, east, "branch")
        moved = await act(client, branch, "move", {"parent_id": north["id"]})
        paths = [(await read(client, each))["path"] for each in (department, closed, beside)]
    assert moved["path"] == f"{north['path']}{branch['code']}/"
    assert paths == [
        f"{moved['path']}{department['code']}/",
        f"{moved['path']}{closed['code']}/",
        beside["path"],
    ]
    events = await sign_ins.under_test.published("crm.customer.unit.moved.v1")
    told = [(each["data"]["unit_id"], each["data"]["path"]) for each in events[-3:]]
    assert told[0] == (moved["id"], moved["path"])
    assert set(told[1:]) == {(department["id"], paths[0]), (closed["id"], paths[1])}


async def test_two_moves_at_once_make_no_cycle(sign_ins: SignIns) -> None:
    """S218: a region below a branch is refused; of two that cross, both end in the tree."""
    async with await sign_ins.administrator() as client:
        root = await company(client)
        one, two = await opened(client, root, "branch"), await opened(client, root, "branch")
        inner = await opened(client, one, "department")
        answers = await asyncio.gather(
            *(
                client.post(
                    f"/v1/units/{unit['id']}/move",
                    json={"parent_id": parent["id"]},
                    headers={"If-Match": "*"},
                )
                for unit, parent in ((inner, two), (one, inner), (two, inner), (inner, one))
            )
        )
        inner_now = await read(client, inner)
    assert sorted(each.status_code for each in answers) == [200, 200, 422, 422]
    assert inner_now["path"] in {f"{each['path']}{inner['code']}/" for each in (one, two)}


async def test_a_move_of_too_many_is_refused(
    sign_ins: SignIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S218: one transaction carries so many and no more."""
    monkeypatch.setattr(units, "MOST_MOVED", 2)
    async with await sign_ins.administrator() as client:
        root = await company(client)
        region, branch = await opened(client, root, "region"), await opened(client, root, "branch")
        await opened(client, branch, "department")
        branch = await act(client, branch, "move", {"parent_id": region["id"]})
        await opened(client, branch, "department")
        answer = await client.post(
            f"/v1/units/{branch['id']}/move",
            json={"parent_id": root["id"]},
            headers={"If-Match": "*"},
        )
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_units")


async def test_a_unit_in_use_is_not_closed(sign_ins: SignIns) -> None:
    """S218: not above open units, not with people in it; who left does not count."""
    async with await sign_ins.administrator() as client:
        branch = await opened(client, await company(client), "branch")
        team = await opened(client, branch, "team")
        person = await sign_ins.hire("in.the.team", "account_manager", unit_id=team["id"])
        close, headers = "/v1/units/{}/close", {"If-Match": "*"}
        for unit in (branch, team):
            answer = await client.post(close.format(unit["id"]), headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (409, "unit_in_use")
        left = await client.post(f"/v1/staff/{person['id']}/leave", json={}, headers=headers)
        assert left.status_code == 200
        assert (await act(client, team, "close"))["status"] == "closed"
        assert (await act(client, branch, "close"))["status"] == "closed"


async def test_nobody_enters_a_unit_while_it_is_closed(sign_ins: SignIns) -> None:
    """S218: of the two at the same moment one is refused."""
    async with await sign_ins.administrator() as client:
        root = await company(client)
        for number in range(5):
            team = await opened(client, root, "team")
            body = {"login": f"race.{number}", "name": "某人", "roles": ["warehouse"]}
            closing, hiring = await asyncio.gather(
                client.post(f"/v1/units/{team['id']}/close", headers={"If-Match": "*"}),
                client.post("/v1/staff", json=body | {"unit_id": team["id"]}),
            )
            assert (closing.status_code, hiring.status_code) in {(200, 422), (409, 201)}


async def test_a_unit_loses_the_manager_who_leaves(sign_ins: SignIns) -> None:
    """S04."""
    manager = await sign_ins.hire("leaving.manager", "sales_manager")
    async with await sign_ins.administrator() as client:
        branch = await opened(client, await company(client), "branch")
        changed = await renamed(client, branch, manager_id=manager["id"])
        assert changed.json()["manager_id"] == manager["id"]
        headers = {"If-Match": "*"}
        await client.post(f"/v1/staff/{manager['id']}/leave", json={}, headers=headers)
        assert (await read(client, branch))["manager_id"] is None
        refused = await renamed(client, await read(client, branch), manager_id=manager["id"])
    assert refused.status_code == 422
    event = (await sign_ins.under_test.published("crm.customer.unit.changed.v1"))[-1]
    assert (event["aggregate_version"], event["data"]["manager_id"]) == (3, None)


async def test_only_administrators_change_the_organisation(sign_ins: SignIns) -> None:
    """S218: everybody sees it."""
    await sign_ins.hire("unit.reader", "warehouse", password=PASSWORD)
    async with await sign_ins.client("unit.reader", PASSWORD) as client:
        root = await company(client)
        body = {"parent_id": root["id"], "code": "MINE", "name": "我的", "kind": "team"}
        assert (await client.post("/v1/units", json=body)).status_code == 403
        assert (await client.get("/v1/units/tree")).status_code == 200
