"""Somebody leaves: customers, open work and access go where they belong (S04)."""

from __future__ import annotations

from datetime import timedelta

from shared.auth.roles import Role
from shared.domain.clock import business_date, now
from tests.support.calling import Json
from tests.support.company import Company, Person, eventually
from tests.support.system import System


async def test_who_leaves_is_succeeded_in_all_services(system: System, company: Company) -> None:
    """Customers in the customer service, open opportunities and due contacts by the event."""
    leaver = await company.hire(Role.ACCOUNT_MANAGER, name="周离职")
    successor = await company.hire(Role.ACCOUNT_MANAGER, name="郑接任", department="销售二部")
    customers = [
        await leaver.caller.post("/v1/customers", {"name": f"老客户{number}号水泵厂"})
        for number in (101, 202)
    ]
    opportunity = await open_work(leaver, customers[0])
    stranger = await company.hire(Role.WAREHOUSE)

    administrator = await company.administrator()
    path = f"/v1/staff/{leaver.id}/leave"
    body = {"successor_id": successor.id}
    version = leaver.record["version"]
    assert (await stranger.caller.refused("POST", path, body, version=version))["status"] == 403
    await administrator.post(path, body, version=version)

    await system.drained()
    for customer in customers:
        shown = await successor.caller.get(f"/v1/customers/{customer['id']}")
        assert (shown["owner_id"], shown["department"]) == (successor.id, "销售二部")
    told = await system.told(customers[0]["id"])
    assert told["customer"] == ["customer.created", "customer.owner_changed"]
    followed = await eventually(
        lambda: successor.caller.get(f"/v1/opportunities/{opportunity['id']}"),
        lambda found: found["owner_id"] == successor.id,
    )
    assert followed["department"] == "销售二部"
    due = await successor.caller.list("/v1/next-contacts", owner_id=successor.id)
    assert [each["customer_id"] for each in due] == [customers[0]["id"]]
    assert (await leaver.caller.refused("GET", "/v1/customers"))["status"] == 401
    assert (await company.token(leaver.login)).json()["error"] == "invalid_grant"


async def open_work(person: Person, customer: Json) -> Json:
    """An opportunity that is open, and a contact that is due."""
    soon = business_date(now()) + timedelta(days=3)
    visit = {
        "customer_id": customer["id"],
        "kind": "call",
        "result": "unchanged",
        "next_contact_on": soon.isoformat(),
    }
    await person.caller.post("/v1/activities", visit)
    body = {"customer_id": customer["id"], "name": "水泵房改造"}
    return await person.caller.post("/v1/opportunities", body)
