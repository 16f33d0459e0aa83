"""Numbers by branch: the administrator gives the branches their ranges, and a project in Tianjin
gets a number of Tianjin (S75, S226)."""

from __future__ import annotations

from typing import Any

from shared.demo.company import ADMINISTRATOR, Company
from shared.demo.stage import Stage
from shared.domain.clock import now

RANGES: dict[str, dict[str, Any]] = {
    "opportunity/project": {
        "branches": [
            {"branch": "上海", "first": 1, "last": 19_999},
            {"branch": "天津", "first": 20_001, "last": 39_999},
        ],
        "others": {"first": 40_001, "last": 99_999},
    },
    "order/invoice": {
        "branches": [{"branch": "天津", "first": 40_000_001, "last": 59_999_999}],
        "others": {"first": 1, "last": 39_999_999},
    },
}


async def give_ranges(company: Company, stage: Stage) -> None:
    """Put the ranges in force, unless they were the last time."""
    told = []
    for series, ranges in RANGES.items():
        path = f"/v1/number-ranges/{series}"
        found: dict[str, Any] = await company.get(ADMINISTRATOR, path)
        if found["version"] == 1:
            found = await company.put(ADMINISTRATOR, path, ranges, of=found)
        branches = [f"{each['branch']} from {each['first']}" for each in found["branches"]]
        told.append(f"{series.split('/')[1]} {', '.join(branches)}")
    what = f"gives the branches their numbers: {'; '.join(told)}"
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
