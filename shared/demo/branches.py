"""Numbers by branch: the administrator gives each branch its range, and a project in Tianjin gets a
number of Tianjin (S75, S226)."""

from __future__ import annotations

from typing import Any

from shared.demo.company import ADMINISTRATOR, Company
from shared.demo.stage import Stage
from shared.domain.clock import now

RANGES = {
    "branches": [
        {"branch": "上海", "first": 1, "last": 19_999},
        {"branch": "天津", "first": 20_001, "last": 39_999},
    ],
    "others": {"first": 40_001, "last": 99_999},
}


async def give_ranges(company: Company, stage: Stage) -> None:
    """Put the ranges of project numbers in force, unless they were the last time."""
    path = "/v1/project-ranges"
    found: dict[str, Any] = await company.get(ADMINISTRATOR, path)
    if found["version"] == 1:
        found = await company.put(ADMINISTRATOR, path, RANGES, of=found)
    told = ", ".join(f"{each['branch']} from {each['first']}" for each in found["branches"])
    what = f"gives each branch its project numbers: {told}"
    await stage.step("管理员", what, f"version {found['version']}")


async def register_in_tianjin(company: Company, stage: Stage) -> None:
    """Have a project registered in the other branch."""
    body = {"name": f"渤海泵业有限公司 {now():%H%M%S}", "accept_duplicates": True}
    customer = await company.post("sunli", "/v1/customers", body)
    path = f"/v1/customers/{customer['id']}/contacts"
    contact = await company.post("sunli", path, {"name": "韩梅"})
    body = {"customer_id": customer["id"], "name": "泵站改造"}
    opportunity = await company.post("sunli", "/v1/opportunities", body)
    form = {"contact_id": contact["id"], "specification": "GY-126", "quantity": "2", "unit": "台"}
    path = f"/v1/opportunities/{opportunity['id']}/register"
    opportunity = await company.post("sunli", path, form, of=opportunity)
    await stage.step(
        "孙丽 (天津)", "registers a project in the other branch", opportunity["number"]
    )
