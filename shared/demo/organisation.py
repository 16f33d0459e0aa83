"""The company of the demo, set up by its administrator over the API alone: units and who manages
them, people in their places, a role of its own, and how quotes are approved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.demo.branches import give_ranges
from shared.demo.company import ADMINISTRATOR, Company
from shared.demo.stage import Stage

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A unit: what it is, where it belongs, who manages it."""

    name: str
    kind: str
    above: str | None
    manager: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to hire."""

    name: str
    role: str
    unit: str
    position: str


#: By code, those above first. Numbers go by the name of the branch.
UNITS: Mapping[str, Place] = {
    "SH": Place("上海", "branch", None, "wangfang"),
    "TJ": Place("天津", "branch", None, "sunli"),
    "OFFICE": Place("总经办", "department", "SH", "zhaolei"),
    "SALES": Place("销售一部", "department", "SH", "liqiang"),
    "POWER": Place("电力组", "team", "SALES", "liqiang"),
    "FINANCE": Place("财务部", "department", "SH", "chenjing"),
    "STORE": Place("仓储部", "department", "SH", "zhoujun"),
    "NORTH": Place("销售二部", "department", "TJ", "sunli"),
}
#: By login.
PEOPLE: Mapping[str, Person] = {
    "zhangmin": Person("张敏", "account_manager", "POWER", "客户经理"),
    "liqiang": Person("李强", "sales_manager", "SALES", "销售经理"),
    "wangfang": Person("王芳", "deputy_general_manager", "OFFICE", "副总经理"),
    "zhaolei": Person("赵磊", "general_manager", "OFFICE", "总经理"),
    "chenjing": Person("陈静", "finance", "FINANCE", "财务主管"),
    "hedan": Person("何丹", "finance", "FINANCE", "会计"),
    "zhoujun": Person("周军", "warehouse", "STORE", "仓储主管"),
    "wuhao": Person("吴昊", "warehouse", "STORE", "仓管员"),
    "zhengyu": Person("郑宇", "sales_engineer", "SALES", "售前工程师"),
    "sunli": Person("孙丽", "sales_manager", "NORTH", "销售经理"),
}
#: Who checks what is quoted sees the deals of the department, and says what they think of it.
ENGINEER: Json = {
    "code": "sales_engineer",
    "name": "Sales engineer",
    "name_zh": "售前工程师",
    "permissions": ["customer.read", "opportunity.read", "product.read", "quote.read"],
    "reach": "department",
}
GRANTED = ["approval.read", "approval.decide"]
#: How long whoever has the authority may take: short, so that the demo shows what happens then.
LIMIT_SECONDS = 2
#: Quotes are looked at by the engineers, and then by who has the authority for the discount.
PROCESS: Json = {
    "routes": [
        {
            "steps": [
                {
                    "name": "technical",
                    "mode": "single",
                    "voices": [{"name": "technical", "roles": [ENGINEER["code"]]}],
                },
                {
                    "name": "authority",
                    "mode": "single",
                    "voices": [{"name": "authority", "authority": True}],
                    "limit_seconds": LIMIT_SECONDS,
                },
            ]
        }
    ],
    "at_limit": "escalate",
}


async def set_up(company: Company, stage: Stage) -> None:
    """Set the company up; what is there from the last time stays."""
    await company.open()
    units = await _build(company)
    places = ", ".join(f"{each.name} ({each.kind})" for each in UNITS.values())
    await stage.step("管理员 (administrator)", f"builds the company: {places}")
    await _define(company)
    await stage.step("管理员", "defines a role, and grants it permissions", ENGINEER["name_zh"])
    for login, person in PEOPLE.items():
        await company.employ(
            login,
            {
                "name": person.name,
                "roles": [person.role],
                "position": person.position,
                "unit_id": units[person.unit]["id"],
            },
        )
    people = ", ".join(f"{each.name} {each.position}" for each in PEOPLE.values())
    await stage.step("管理员", f"hires {len(PEOPLE)} people into their units: {people}")
    await _name_managers(company, units)
    await stage.step("管理员", "names the managers of the units")
    await give_ranges(company, stage)
    version = await _adopt(company)
    await stage.step(
        "管理员",
        "adopts how quotes are approved: by an engineer, then by who has the authority for the"
        f" discount, who has {LIMIT_SECONDS} s",
        f"version {version}",
    )


async def _build(company: Company) -> dict[str, Json]:
    found = await company.get(ADMINISTRATOR, "/v1/units", page_size=200)
    units = {each["code"]: each for each in found["items"]}
    (root,) = [each for each in found["items"] if each["kind"] == "company"]
    for code, place in UNITS.items():
        if code not in units:
            above = units[place.above] if place.above else root
            body = {"parent_id": above["id"], "code": code, "name": place.name, "kind": place.kind}
            units[code] = await company.post(ADMINISTRATOR, "/v1/units", body)
    return units


async def _define(company: Company) -> None:
    roles = await company.get(ADMINISTRATOR, "/v1/roles", page_size=200)
    if not any(each["code"] == ENGINEER["code"] for each in roles["items"]):
        role = await company.post(ADMINISTRATOR, "/v1/roles", ENGINEER)
        path, body = f"/v1/roles/{role['id']}/grant", {"permissions": GRANTED}
        await company.post(ADMINISTRATOR, path, body, of=role)


async def _name_managers(company: Company, units: Mapping[str, Json]) -> None:
    for code, place in UNITS.items():
        manager, unit = company.ids[place.manager], units[code]
        if unit["manager_id"] != manager:
            body, path = {"manager_id": manager}, f"/v1/units/{unit['id']}"
            await company.patch(ADMINISTRATOR, path, body, of=unit)


async def _adopt(company: Company) -> int:
    path = "/v1/approvals/opportunity/processes/quote"
    process: Json = await company.get(ADMINISTRATOR, path)
    if process["adopted_by"] is None:
        process = await company.put(ADMINISTRATOR, path, PROCESS, of=process)
    return int(process["version"])
