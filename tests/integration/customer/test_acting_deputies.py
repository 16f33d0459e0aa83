"""Deputies in the service that appoints them: from the appointment to the revocation, and what
stays with the person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import sqlalchemy as sa

from services.customer.imports.service import CUSTOMERS
from services.customer.personal_data import HOLDINGS
from services.customer.units.service import ensure_company
from shared.domain.actor import SYSTEM
from shared.imports.runner import ImportRunner
from shared.privacy.erasing import clear
from shared.privacy.subjects import Subject
from tests.integration.customer.test_deputies import ANY, Json, appoint, hired, two
from tests.support.organisation import company, opened
from tests.support.services import ServiceUnderTest
from tests.support.standing_in import in_the_name_of


async def _acting(service: ServiceUnderTest, body: Json, name: str) -> httpx.AsyncClient:
    """The deputy of an appointment, in the principal's name; the own role permits nothing."""
    service.people[name] = UUID(body["deputy_id"])
    return in_the_name_of(service.client("nobody", name=name), body["principal_id"])


async def test_a_deputy_acts_from_the_appointment_to_the_revocation(
    customer: ServiceUnderTest,
) -> None:
    """S18, S214: the customer is the principal's, and both names stand in the audit."""
    body = await two(customer, "acting")
    entered = {"name": "天津阀门有限公司", "industry": "机械"}
    client = await _acting(customer, body, "代理人")
    async with client, customer.client("administrator") as admin:
        assert (await client.post("/v1/customers", json=entered)).status_code == 403
        told = (await appoint(admin, body)).headers["location"]
        created = await client.post("/v1/customers", json=entered)
        assert created.status_code == 201, created.text
        assert (await admin.post(f"{told}/revoke", headers=ANY)).status_code == 200
        assert (await client.get(created.headers["location"])).status_code == 403
        params = {"object_id": created.json()["id"]}
        entries = (await admin.get("/v1/audit/customer", params=params)).json()["items"]
    assert created.json()["owner_id"] == body["principal_id"]
    (entry,) = entries
    assert entry["actor"] == {"id": body["deputy_id"], "name": "代理人"}
    assert entry["on_behalf_of"] == {"id": body["principal_id"], "name": "acting.principal"}


async def test_what_a_deputy_imports_is_the_principals_and_both_names_stand_in_the_audit(
    customer: ServiceUnderTest,
) -> None:
    """S18, S214: the job is seen by both, each as the principal, who does not see what is the
    deputy's; the rows are written in both names; the name of a principal who is forgotten goes
    from the job."""
    name = "importing.manager"
    async with customer.db.transaction(SYSTEM) as uow:
        await ensure_company(uow)
    async with customer.client("administrator") as admin:
        elsewhere = await opened(admin, await company(admin), "department")
    manager = await hired(customer, name, "sales_manager", unit_id=elsewhere["id"])
    body = await two(customer, "importing") | {"principal_id": manager}
    customer.people[name] = UUID(manager)
    client = await _acting(customer, body, "代理导入人")
    principal = customer.client("sales_manager", name=name)
    async with client, principal, customer.client("administrator") as admin:
        await appoint(admin, body)
        files = {"file": ("客户.csv", "名称\n代理导入的阀门厂\n".encode(), "text/csv")}
        started = await client.post("/v1/customers/imports", files=files)
        assert started.status_code == 202, started.text
        await ImportRunner(customer.db, [CUSTOMERS]).work()
        for each in (client, principal):
            job = (await each.get(started.headers["location"])).json()
            assert (job["status"], job["created"]) == ("done", 1), job
            assert job["requested_by"] == body["deputy_id"]
            assert job["requested_for"] == body["principal_id"]
        found = await principal.get("/v1/customers", params={"q": "代理导入的阀门厂"})
        (made,) = found.json()["items"]
        params = {"object_id": made["id"]}
        (entry,) = (await admin.get("/v1/audit/customer", params=params)).json()["items"]
    assert made["owner_id"] == body["principal_id"]
    assert entry["actor"] == {"id": body["deputy_id"], "name": "代理导入人"}
    assert entry["on_behalf_of"] == {"id": body["principal_id"], "name": name}
    async with customer.db.pool.transaction() as conn:
        await clear(conn, HOLDINGS, Subject.STAFF, UUID(body["principal_id"]))
        query = sa.text("SELECT actor::text FROM import_job WHERE requested_for IS NOT NULL")
        actor = str(await conn.scalar(query))
    assert "代理导入人" in actor
    assert name not in actor


async def test_people_name_deputies_and_look_after_their_account_themselves(
    customer: ServiceUnderTest,
) -> None:
    """S214: a deputy passes nothing on."""
    body = await two(customer, "chain")
    third = await hired(customer, "chain.third")
    client = await _acting(customer, body, "传递人")
    async with client, customer.client("administrator") as admin:
        await appoint(admin, body)
        refused = await appoint(client, body, principal_id=None, deputy_id=third)
        me = await client.get("/v1/auth/me")
    assert (refused.status_code, refused.json()["permission"]) == (403, "deputy.appoint")
    assert (me.status_code, me.json()["code"]) == (400, "unsupported_header")


async def test_nobody_administers_in_somebodys_name(customer: ServiceUnderTest) -> None:
    """S214, S217: staff, roles and units stay with the administrator."""
    body = await two(customer, "admins")
    admin_id = await hired(customer, "admins.chief", "administrator")
    client = await _acting(customer, body | {"principal_id": admin_id}, "管理代理")
    attempts: dict[str, Any] = {
        "staff": {"login": "new.one", "name": "新人", "roles": ["administrator"]},
        "roles": {"code": "mighty", "name": "Mighty", "name_zh": "万能", "permissions": []},
    }
    async with client, customer.client("administrator") as admin:
        assert (await appoint(admin, body, principal_id=admin_id)).status_code == 201
        for path, wanted in attempts.items():
            assert (await client.post(f"/v1/{path}", json=wanted)).status_code == 403, path
        assert (await client.get("/v1/staff")).status_code == 200
