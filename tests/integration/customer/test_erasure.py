"""People are forgotten: once, for good, by who may; and what cannot be is refused."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from shared.documents.housekeeping import sweep
from shared.documents.settings import storage
from shared.domain.ids import new_id
from tests.support.documents import PDF, attached, send
from tests.support.services import ServiceUnderTest

Json = dict[str, Any]
ERASE, PAPERS = "/v1/personal-data/customer/erase", "/v1/documents/customer"
PERSON = {"name": "被遗忘者", "phone": "+8613900040001", "birthday": "1961-07-19", "note": "备注"}


async def erase(
    client: httpx.AsyncClient, kind: str, subject_id: str, version: int = 1, **headers: str
) -> httpx.Response:
    """Ask to forget somebody."""
    body = {"subject_type": kind, "subject_id": subject_id, "reason": "本人请求"}
    return await client.post(ERASE, json=body, headers={"If-Match": f'"v{version}"'} | headers)


async def a_contact(customer: ServiceUnderTest) -> tuple[str, Json]:
    """The address of a new contact, and the contact."""
    async with customer.client("account_manager") as client:
        body = {"name": "遗忘公司", "accept_duplicates": True}
        url = (await client.post("/v1/customers", json=body)).headers["location"]
        made = await client.post(
            f"{url}/contacts", json=PERSON, headers={"Idempotency-Key": f"erase-{url}"}
        )
    return made.headers["location"], made.json()


async def test_a_contact_is_forgotten_and_the_record_stays(customer: ServiceUnderTest) -> None:
    """GDPR Art. 17, PIPL 47: under a pseudonym; nothing is entered in its place again."""
    url, contact = await a_contact(customer)
    async with customer.client("data_steward") as steward:
        done = await erase(steward, "contact", contact["id"])
        assert done.status_code == 200, done.text
        assert done.json()["version"] == 2
        left = (await steward.get(url)).json()
        assert left["name"] == done.json()["pseudonym"] == f"erased person {contact['id'][-8:]}"
        assert [left[name] for name in ("phone", "birthday", "note")] == [None] * 3
        assert (left["status"], left["erased_at"]) == ("inactive", done.json()["erased_at"])
        again = await erase(steward, "contact", contact["id"], 2)
        assert (again.status_code, again.json()["code"]) == (409, "person_erased")
        for change in ({"name": "回来了"}, {"status": "active"}):
            refused = await steward.patch(url, json=change, headers={"If-Match": '"v2"'})
            assert (refused.status_code, refused.json()["code"]) == (409, "person_erased")
    (event,) = await customer.published("crm.customer.contact.erased.v1")
    assert event["data"] == {
        "contact_id": contact["id"],
        "customer_id": contact["customer_id"],
        "status": "inactive",
        "pseudonym": left["name"],
    }


async def test_a_repeated_request_has_no_second_effect_and_no_answer(
    customer: ServiceUnderTest,
) -> None:
    """The answer told of the person; the key is still known."""
    _, contact = await a_contact(customer)
    contacts = f"/v1/customers/{contact['customer_id']}/contacts"
    async with customer.client("data_steward") as steward:
        assert (await erase(steward, "contact", contact["id"])).status_code == 200
    async with customer.client("account_manager") as client:
        key = {"Idempotency-Key": f"erase-/v1/customers/{contact['customer_id']}"}
        repeated = await client.post(contacts, json=PERSON, headers=key)
        assert (repeated.status_code, repeated.json()["code"]) == (410, "answer_erased")
        assert len((await client.get(contacts)).json()["items"]) == 1


async def test_documents_of_a_person_go_with_their_files(customer: ServiceUnderTest) -> None:
    """S11: the row says that there was one; the storage has nothing."""
    _, contact = await a_contact(customer)
    async with customer.client("account_manager") as client:
        made = await attached(client, PAPERS, "contact", contact["id"], title="身份证 张三")
    store = storage(customer.app.state.context.settings)
    async with customer.db.reading() as conn:
        found = await conn.exec_driver_sql("SELECT blob FROM document_version")
        (blob,) = [row[0] for row in found if not row[0].startswith("erased/")]
    assert await store.size(blob) == len(PDF)
    async with customer.client("data_steward") as steward:
        assert (await erase(steward, "contact", contact["id"])).status_code == 200
        left = (await steward.get(f"{PAPERS}/{made['id']}")).json()
        assert (left["title"], left["status"]) == ("erased", "archived")
        assert [each["file_name"] for each in left["versions"]] == ["erased"]
        gone = await steward.get(f"{PAPERS}/{made['id']}/versions/1/file")
        assert (gone.status_code, gone.json()["code"]) == (410, "file_erased")
    await sweep(customer.db, store)
    assert await store.size(blob) is None


async def test_nothing_is_attached_to_who_was_erased(customer: ServiceUnderTest) -> None:
    """GDPR Art. 17: whoever comes first, no file is left with a title that tells who it was."""
    title = "名片 被遗忘者"
    for _ in range(5):
        _, contact = await a_contact(customer)
        about = {"object_type": "contact", "object_id": contact["id"]}
        async with (
            customer.client("account_manager") as client,
            customer.client("data_steward") as steward,
        ):
            erased, sent = await asyncio.gather(
                erase(steward, "contact", contact["id"]),
                send(client, PAPERS, "contact", contact["id"], title=title),
            )
            assert erased.status_code == 200, erased.text
            left = (await client.get(PAPERS, params=about)).json()["items"]
            assert {each["title"] for each in left} <= {"erased"}
            late = await send(client, PAPERS, "contact", contact["id"], title=title)
            refused = [late] if sent.is_success else [sent, late]
            assert {each.json()["code"] for each in refused} == {"person_erased"}


async def test_a_sole_trader_is_forgotten_when_nothing_is_done_with_them_any_more(
    customer: ServiceUnderTest,
) -> None:
    """GDPR Art. 17: and is found by nothing; a company is no person."""
    trader = {"name": "张三小吃店", "phone": "+8613900040002", "tax_id": "92110105MA00A00014"}
    company = {"name": "某某股份有限公司", "tax_id": "91110000600037341L"}
    async with customer.client("sales_manager", name="经理") as client:
        made = (await client.post("/v1/customers", json=trader | {"tax_id": None})).json()
        firm = (await client.post("/v1/customers", json=company)).json()
        async with customer.client("data_steward") as steward:
            early = await erase(steward, "customer", made["id"])
            assert (early.status_code, early.json()["code"]) == (409, "customer_state")
            for each in (made, firm):
                lost = await client.post(
                    f"/v1/customers/{each['id']}/lose",
                    json={"reason": "张三歇业"},
                    headers={"If-Match": '"v1"'},
                )
                assert lost.status_code == 200, lost.text
            refused = await erase(steward, "customer", firm["id"], 2)
            assert (refused.status_code, refused.json()["code"]) == (409, "no_person")
            done = await erase(steward, "customer", made["id"], 2)
            assert done.status_code == 200, done.text
        left = (await client.get(f"/v1/customers/{made['id']}")).json()
        assert (left["name"], left["phone"]) == (done.json()["pseudonym"], None)
        for query in ("张三", "zhangsan", "zsxcd"):
            found = (await client.get("/v1/customers", params={"q": query})).json()["items"]
            assert found == []
        for step, body in (("regain", None), ("hand-over", {"owner_id": str(new_id())})):
            answer = await client.post(
                f"/v1/customers/{made['id']}/{step}", json=body, headers={"If-Match": '"v3"'}
            )
            assert answer.status_code in (409, 422), answer.text
        refused = await client.post(f"/v1/customers/{made['id']}/contacts", json=PERSON)
        assert (refused.status_code, refused.json()["code"]) == (409, "person_erased")


async def test_staff_are_forgotten_after_they_left(customer: ServiceUnderTest) -> None:
    """GDPR Art. 17: who works here is needed by name."""
    async with customer.client("administrator") as client:
        body = {"login": "forgotten", "name": "离职者", "roles": ["finance"], "position": "会计"}
        person = (await client.post("/v1/staff", json=body)).json()
        early = await erase(client, "staff", person["id"])
        assert (early.status_code, early.json()["code"]) == (409, "staff_state")
        left = await client.post(
            f"/v1/staff/{person['id']}/leave", json={}, headers={"If-Match": '"v1"'}
        )
        assert left.status_code == 200, left.text
        done = await erase(client, "staff", person["id"], 2)
        assert done.status_code == 200, done.text
        now = (await client.get(f"/v1/staff/{person['id']}")).json()
        assert (now["name"], now["position"]) == (done.json()["pseudonym"], None)
        assert now["login"] == f"erased-{person['id'].replace('-', '')}"
        found = await client.get("/v1/staff", params={"q": "离职者"})
        assert found.json()["items"] == []
        rehired = await client.post("/v1/staff", json=body)
        assert rehired.status_code == 201  # the login is free again


@pytest.mark.parametrize(
    ("kind", "version", "status"),
    [("contact", 1, 404), ("staff", 1, 404), ("customer", 1, 404), ("dog", 1, 422)],
)
async def test_nobody_unknown_is_forgotten(
    customer: ServiceUnderTest, kind: str, version: int, status: int
) -> None:
    """S15."""
    async with customer.client("data_steward") as steward:
        assert (await erase(steward, kind, str(new_id()), version)).status_code == status


async def test_it_takes_the_version_that_was_seen_and_the_permission(
    customer: ServiceUnderTest,
) -> None:
    """It cannot be taken back."""
    _, contact = await a_contact(customer)
    body = {"subject_type": "contact", "subject_id": contact["id"], "reason": "本人请求"}
    async with customer.client("data_steward") as steward:
        assert (await steward.post(ERASE, json=body)).status_code == 428
        assert (await erase(steward, "contact", contact["id"], 7)).status_code == 412
    async with customer.client("general_manager") as manager:
        assert (await erase(manager, "contact", contact["id"])).status_code == 403


async def test_two_forget_and_one_changes_at_once(customer: ServiceUnderTest) -> None:
    """Whoever comes second finds the other's result."""
    url, contact = await a_contact(customer)
    async with customer.client("data_steward") as steward:
        answers = await asyncio.gather(
            erase(steward, "contact", contact["id"]),
            erase(steward, "contact", contact["id"]),
            steward.patch(url, json={"name": "改名"}, headers={"If-Match": '"v1"'}),
        )
        statuses = sorted(each.status_code for each in answers)
        assert statuses == [200, 412, 412]
        if answers[2].status_code == 200:
            assert (await erase(steward, "contact", contact["id"], 2)).status_code == 200
        assert (await steward.get(url)).json()["name"].startswith("erased person")
