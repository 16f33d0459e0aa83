"""A department with a team in it, and the work plans of its people."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

import httpx

from shared.events.organisation import UnitOpened
from tests.support.opportunity import deliver, etag, known_staff, succeeded, today
from tests.support.services import ServiceUnderTest

Body = dict[str, Any]
SELLER, COLLEAGUE, OUTSIDER = "组员", "另一组员", "别部门的销售"
LEAD, DIRECTOR, ASSISTANT = "组长", "部门总监", "部门助理"
ROLES = {
    SELLER: "account_manager",
    COLLEAGUE: "account_manager",
    OUTSIDER: "account_manager",
    LEAD: "sales_manager",
    DIRECTOR: "deputy_general_manager",
    ASSISTANT: "sales_assistant",
}
TEAM, DEPARTMENT, ELSEWHERE = "P/D1/T1/", "P/D1/", "P/D2/"
_PLACES = {
    SELLER: TEAM,
    COLLEAGUE: TEAM,
    LEAD: TEAM,
    DIRECTOR: DEPARTMENT,
    ASSISTANT: DEPARTMENT,
    OUTSIDER: ELSEWHERE,
}
_UNITS = {"P/": ("company", None), DEPARTMENT: ("department", DIRECTOR), TEAM: ("team", LEAD)}
_NAMES = UUID(int=0)


async def organised(service: ServiceUnderTest) -> ServiceUnderTest:
    """The people are hired, and the team and its department have managers."""
    people: dict[str | None, UUID] = {None: _NAMES}
    for name, path in _PLACES.items():
        place = {"roles": (ROLES[name],), "unit_path": path, "department": "销售一部"}
        people[name] = await known_staff(service, name, **place, branch="上海")
    for path, (kind, manager) in _UNITS.items():
        unit_id = uuid5(_NAMES, path)
        opened = UnitOpened(
            unit_id=unit_id,
            code=path.rstrip("/").rpartition("/")[2],
            name=path,
            kind=kind,
            parent_id=None,
            manager_id=people[manager] if manager else None,
            path=path,
            status="open",
        )
        await deliver(service, opened, unit_id)
    service.app.state.context.scopes.forget()
    return service


def client(service: ServiceUnderTest, name: str) -> httpx.AsyncClient:
    """One of the people, signed in."""
    return service.client(ROLES[name], name=name, unit=_PLACES[name])


def monday(weeks: int = 0) -> date:
    """The Monday of this week, or of one some weeks later."""
    return today() - timedelta(days=today().weekday()) + timedelta(weeks=weeks)


def item(**fields: Any) -> Body:
    """Something to do that stands in no monthly plan, and says why."""
    told = {"reason": "客户提出", "goal": "签订合同", "scheme": "上门演示", "support": "技术部"}
    return {"category": "sales", "action": "拜访变电站项目部"} | told | fields


async def drafted(
    service: ServiceUnderTest,
    kind: str,
    starts_on: date,
    *items: Body,
    by: str = SELLER,
    **fields: Any,
) -> Body:
    """A plan of somebody, with one item unless others are given."""
    async with client(service, by) as own:
        body = {"kind": kind, "starts_on": str(starts_on), "items": list(items) or [item()]}
        return succeeded(await own.post("/v1/plans", json=body | fields))


async def on_plan(
    service: ServiceUnderTest, plan: Body, step: str, name: str = SELLER, **body: Any
) -> httpx.Response:
    """A step on a plan by somebody, bound to the version in ``plan``."""
    async with client(service, name) as somebody:
        path = f"/v1/plans/{plan['id']}/{step}"
        return await somebody.post(path, json=body or None, headers=etag(plan))


async def submitted(service: ServiceUnderTest, *given: Any, **fields: Any) -> Body:
    """A plan that is handed in."""
    plan = await drafted(service, *given, **fields)
    return succeeded(await on_plan(service, plan, "submit", fields.get("by", SELLER)))


async def read(service: ServiceUnderTest, plan: Body, name: str = SELLER) -> Body:
    """A plan as somebody reads it."""
    async with client(service, name) as somebody:
        return succeeded(await somebody.get(f"/v1/plans/{plan['id']}"))


async def approval_of(service: ServiceUnderTest, plan: Body, name: str = DIRECTOR) -> Body:
    """The newest approval of a plan."""
    async with client(service, name) as somebody:
        query = {"document_id": plan["id"]}
        found = succeeded(await somebody.get("/v1/approvals/opportunity", params=query))
    return dict(found["items"][0])


async def say(
    service: ServiceUnderTest, plan: Body, step: str, name: str, **body: Any
) -> httpx.Response:
    """What somebody says in the newest approval of a plan."""
    approval = await approval_of(service, plan)
    async with client(service, name) as somebody:
        path = f"/v1/approvals/opportunity/{approval['id']}/{step}"
        return await somebody.post(path, json=body, headers=etag(approval))


async def agreed(service: ServiceUnderTest, kind: str, *given: Any, **fields: Any) -> Body:
    """A plan that the manager who is asked agreed to."""
    plan = await submitted(service, kind, *given, **fields)
    succeeded(await say(service, plan, "approve", DIRECTOR if kind == "weekly" else LEAD))
    return await read(service, plan, fields.get("by", SELLER))


async def closed(service: ServiceUnderTest, plan: Body, **fields: Any) -> httpx.Response:
    """The end of a plan, with a result for each item."""
    results = [{"item_id": each["id"], "result": "已完成"} for each in plan["items"]]
    return await on_plan(service, plan, "close", **({"results": results} | fields))
