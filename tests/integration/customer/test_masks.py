"""How people are reached: in full for those who keep it, masked for others, who find and change
nothing by it."""

from __future__ import annotations

import httpx
import pytest

from tests.support.services import ServiceUnderTest

PHONE, EMAIL = "+8613912345678", "li.lei@example.com"
REACHED = {"phone": PHONE, "email": EMAIL, "wechat": "lilei88", "birthday": "1985-02-28"}
PERSON = {"name": "李雷", "note": "喜欢喝茶"} | REACHED
MASKED = {
    "phone": "+86139****5678",
    "email": "l***@example.com",
    "wechat": "l****",
    "birthday": None,
    "note": None,
}
KEEPERS = (
    "account_manager",
    "sales_assistant",
    "sales_manager",
    "deputy_general_manager",
    "general_manager",
    "service_agent",
    "dispatcher",
    "data_steward",
    "administrator",
    "integration",
)
OTHERS = ("finance", "warehouse", "executive")
BUYERS = ("purchaser", "purchasing_manager")


@pytest.fixture(scope="module")
async def entered(customer: ServiceUnderTest) -> tuple[str, str]:
    """The addresses of a customer and a contact."""
    async with customer.client("account_manager") as client:
        body = {"name": "脱敏有限公司", "phone": PHONE, "email": EMAIL}
        url = (await client.post("/v1/customers", json=body)).headers["location"]
        made = await client.post(f"{url}/contacts", json=PERSON)
    return url, made.headers["location"]


def seer(customer: ServiceUnderTest, role: str) -> httpx.AsyncClient:
    """Somebody of a role who sees what the account manager has."""
    return customer.client(role, name="account_manager" if role == "account_manager" else role)


@pytest.mark.parametrize("role", KEEPERS)
async def test_who_keeps_contacts_sees_them_in_full(
    customer: ServiceUnderTest, entered: tuple[str, str], role: str
) -> None:
    """S215: and the heads."""
    url, contact = entered
    async with seer(customer, role) as client:
        shown = (await client.get(contact)).json()
        assert {name: shown[name] for name in PERSON} == PERSON
        of_customer = (await client.get(url)).json()
        assert (of_customer["phone"], of_customer["email"]) == (PHONE, EMAIL)
        found = await client.get("/v1/customers", params={"phone": PHONE})
        assert [each["id"] for each in found.json()["items"]] == [of_customer["id"]]


@pytest.mark.parametrize("role", OTHERS)
async def test_others_see_masks(
    customer: ServiceUnderTest, entered: tuple[str, str], role: str
) -> None:
    """S215: one by one, in lists, and of the customer itself."""
    url, contact = entered
    async with seer(customer, role) as client:
        one = (await client.get(contact)).json()
        (listed,) = (await client.get(f"{url}/contacts")).json()["items"]
    for shown in (one, listed):
        assert {name: shown[name] for name in MASKED} == MASKED
        assert shown["name"] == PERSON["name"]


@pytest.mark.parametrize("role", [*OTHERS, *BUYERS])
async def test_a_phone_is_no_question_to_ask_for_who_sees_masks(
    customer: ServiceUnderTest, entered: tuple[str, str], role: str
) -> None:
    """S215: otherwise numbers could be tried."""
    url, _ = entered
    async with seer(customer, role) as client:
        shown = (await client.get(url)).json()
        assert (shown["phone"], shown["email"]) == (MASKED["phone"], MASKED["email"])
        for guess in (PHONE, "+8613900000000"):
            refused = await client.get("/v1/customers", params={"phone": guess})
            assert (refused.status_code, refused.json()["permission"]) == (403, "contact.private")


@pytest.mark.parametrize("name", ["phone", "email", "wechat"])
async def test_a_mask_is_never_taken_for_a_value(
    customer: ServiceUnderTest, entered: tuple[str, str], name: str
) -> None:
    """S15: a form filled by a colleague who sees masks; a star is even a key of telephones."""
    url, contact = entered
    masked = {name: MASKED[name]}
    async with seer(customer, "account_manager") as client:
        answers = [
            await client.patch(contact, json=masked, headers={"If-Match": "*"}),
            await client.post(f"{url}/contacts", json={"name": "某人"} | masked),
        ]
        if name != "wechat":
            answers.append(await client.patch(url, json=masked, headers={"If-Match": "*"}))
            answers.append(await client.post("/v1/customers", json={"name": "某公司"} | masked))
            answers.append(await client.post("/v1/registrations", json={"name": "某公司"} | masked))
        for answer in answers:
            assert answer.status_code == 422, answer.text
            assert [each["pointer"] for each in answer.json()["errors"]] == [f"/{name}"]
        assert (await client.get(contact)).json()["version"] == 1


async def test_who_sees_masks_changes_no_value_and_finds_no_look_alike_by_one(
    customer: ServiceUnderTest, entered: tuple[str, str]
) -> None:
    """S215: with a role of one's own that keeps customers but does not see how they are reached;
    an empty birthday would empty it."""
    url, contact = entered
    role = {
        "code": "typist",
        "name": "Typist",
        "name_zh": "录入员",
        "permissions": "customer.read customer.create customer.change contact.read"
        " contact.change".split(),
        "reach": "all",
    }
    async with seer(customer, "administrator") as client:
        made = await client.post("/v1/roles", json=role)
        assert made.status_code == 201, made.text
    async with seer(customer, "typist") as client:
        for name in (*REACHED, "note"):
            refused = await client.patch(contact, json={name: None}, headers={"If-Match": "*"})
            assert (refused.status_code, refused.json()["permission"]) == (403, "contact.private")
        refused = await client.patch(url, json={"phone": None}, headers={"If-Match": "*"})
        assert refused.status_code == 403
        changed = await client.patch(contact, json={"position": "总监"}, headers={"If-Match": "*"})
        assert changed.status_code == 200
        assert {name: changed.json()[name] for name in MASKED} == MASKED
        twin = await client.post("/v1/customers", json={"name": "甲乙丙丁", "phone": PHONE})
        assert twin.status_code == 201, twin.text
        alike = await client.get(f"{twin.headers['location']}/lookalikes")
        assert alike.json() == {"items": [], "held_by_colleague": False}
    async with seer(customer, "data_steward") as client:
        alike = await client.get(f"{twin.headers['location']}/lookalikes")
        assert [each["name"] for each in alike.json()["items"]] == ["脱敏有限公司"]
        assert (await client.get(contact)).json()["birthday"] == REACHED["birthday"]
