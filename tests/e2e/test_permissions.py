"""What somebody may do follows the roles, in every service and without a new sign-in (S214)."""

from __future__ import annotations

from tests.support.calling import Caller, Json
from tests.support.company import Company, Person, eventually

ORDERS, OPPORTUNITIES, REPORTS = "/v1/orders", "/v1/opportunities", "/v1/reports/funnel"


async def test_a_grant_and_a_revocation_reach_every_service(company: Company) -> None:
    """S214, S217: of a role of the company's own; the token was issued before all of it."""
    administrator = await company.administrator()
    body = {"code": "inspector", "name": "Inspector", "name_zh": "巡检"}
    role = await administrator.post("/v1/roles", body)
    inspector = await company.hire("inspector", name="巡检员")
    assert await answers(inspector) == {ORDERS: 403, OPPORTUNITIES: 403, REPORTS: 403}

    wanted = ["order.read", "opportunity.read", "report.read"]
    role = await change(administrator, role, "grant", *wanted)
    await eventually(
        lambda: answers(inspector),
        lambda found: found == {ORDERS: 200, OPPORTUNITIES: 200, REPORTS: 200},
    )

    await change(administrator, role, "revoke", "order.read", "report.read")
    await eventually(
        lambda: answers(inspector),
        lambda found: found == {ORDERS: 403, OPPORTUNITIES: 200, REPORTS: 403},
    )


async def answers(person: Person) -> dict[str, int]:
    """What three services answer to somebody who only looks."""
    paths = (ORDERS, OPPORTUNITIES, REPORTS)
    return {path: (await person.caller.http.get(path)).status_code for path in paths}


async def change(caller: Caller, role: Json, step: str, *permissions: str) -> Json:
    """Grant or revoke, at the version that was seen."""
    body = {"permissions": list(permissions)}
    return await caller.post(f"/v1/roles/{role['id']}/{step}", body, version=role["version"])
