"""Credit: how a customer settles."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared.domain.clock import business_date, now
from tests.support.services import ServiceUnderTest

NEW = {"If-None-Match": "*"}
LIMIT = {"settlement": "credit", "limit": {"amount": "50000.00", "currency": "CNY"}}


async def address(client: httpx.AsyncClient, name: str) -> str:
    """Where the credit of a new customer is."""
    answer = await client.post("/v1/customers", json={"name": name, "accept_duplicates": True})
    return f"{answer.headers['location']}/credit"


async def test_a_credit_is_assessed_and_assessed_again(customer: ServiceUnderTest) -> None:
    """S164 to S167: what holds, what held, and an event each."""
    async with customer.client("sales_manager", name="assessor") as client:
        url = await address(client, "信用公司")
        assert (await client.get(url)).status_code == 404
        first = await client.put(url, json={"settlement": "prepaid"}, headers=NEW)
        until = (business_date(now()) + timedelta(days=365)).isoformat()
        body = LIMIT | {"valid_until": until, "note": "年度调查"}
        second = await client.put(url, json=body, headers={"If-Match": '"v1"'})
        read = await client.get(url)
        history = (await client.get(f"{url}/history")).json()["items"]
    assert (first.status_code, first.json()["limit"], first.headers["etag"]) == (200, None, '"v1"')
    assert read.json() == second.json()
    assert second.json()["limit"] == LIMIT["limit"]
    assert history == [second.json(), first.json()]
    events = (await customer.published("crm.customer.credit.assessed.v1"))[-2:]
    assert [event["data"] for event in events] == [
        {
            "credit_id": first.json()["customer_id"],
            "customer_id": first.json()["customer_id"],
            "settlement": each["settlement"],
            "limit": each.get("limit"),
            "valid_until": each.get("valid_until"),
            "assessed_by": str(customer.people["assessor"]),
        }
        for each in ({"settlement": "prepaid"}, body)
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"settlement": "credit"}, "limit_required"),
        (LIMIT | {"settlement": "prepaid"}, "limit_not_allowed"),
        (LIMIT | {"settlement": "open"}, "limit_not_allowed"),
        (LIMIT | {"valid_until": "2020-01-01"}, "in_the_past"),
        (LIMIT | {"limit": {"amount": "0", "currency": "CNY"}}, "greater_than"),
        (LIMIT | {"limit": {"amount": "-1", "currency": "CNY"}}, "greater_than"),
        (LIMIT | {"limit": {"amount": "1.001", "currency": "CNY"}}, "decimal_max_places"),
        (LIMIT | {"limit": {"amount": 5, "currency": "CNY"}}, "decimal_string"),
        (LIMIT | {"limit": {"amount": "5", "currency": "XXX"}}, "unknown_currency"),
        ({"settlement": "later"}, "enum"),
        ({}, "missing"),
    ],
)
async def test_terms_that_do_not_go_together_are_refused(
    customer: ServiceUnderTest, body: dict[str, Any], code: str
) -> None:
    """S167: and nothing holds afterwards."""
    async with customer.client("finance", "sales_manager", "account_manager") as client:
        url = await address(client, "规则公司")
        answer = await client.put(url, json=body, headers=NEW)
        assert answer.status_code == 422
        assert [each["code"] for each in answer.json()["errors"]] == [code]
        assert (await client.get(url)).status_code == 404


async def test_an_assessment_is_not_overwritten_unseen(customer: ServiceUnderTest) -> None:
    """428 without a condition; 412 if another version holds, or one where none was expected."""
    async with customer.client("sales_manager") as client:
        url = await address(client, "版本公司")
        conditions = [
            {"If-Match": '"v1"'},
            {"If-Match": "*"},
            {},
            NEW,
            NEW,
            {},
            {"If-Match": '"v2"'},
            {"If-Match": "*"},
        ]
        answers = [await client.put(url, json=LIMIT, headers=each) for each in conditions]
    statuses = [each.status_code for each in answers]
    assert statuses == [412, 412, 428, 200, 412, 428, 412, 200]
    assert answers[-1].json()["version"] == 2


async def test_of_two_first_assessments_one_counts(customer: ServiceUnderTest) -> None:
    """Sessions at once: the others have to look first."""
    async with customer.client("sales_manager") as client:
        url = await address(client, "双评公司")
        answers = await asyncio.gather(
            *(client.put(url, json=LIMIT, headers=NEW) for _ in range(5))
        )
    assert sorted(each.status_code for each in answers) == [200, 412, 412, 412, 412]


async def test_of_two_assessments_of_one_version_one_counts(customer: ServiceUnderTest) -> None:
    """Sessions at once."""
    async with customer.client("sales_manager") as client:
        url = await address(client, "重评公司")
        await client.put(url, json=LIMIT, headers=NEW)
        answers = await asyncio.gather(
            *(client.put(url, json=LIMIT, headers={"If-Match": '"v1"'}) for _ in range(5))
        )
    assert sorted(each.status_code for each in answers) == [200, 412, 412, 412, 412]


async def test_an_account_manager_grants_no_credit(customer: ServiceUnderTest) -> None:
    """S167: management and finance do; everybody may read it."""
    async with customer.client("account_manager") as client:
        url = await address(client, "权限公司")
        assert (await client.put(url, json=LIMIT, headers=NEW)).status_code == 403
    async with customer.client("finance") as client:
        assert (await client.put(url, json=LIMIT, headers=NEW)).status_code == 200
        nowhere = "/v1/customers/01900000-0000-7000-8000-000000000000/credit"
        assert (await client.put(nowhere, json=LIMIT, headers=NEW)).status_code == 404
    async with customer.client("warehouse") as client:
        assert (await client.get(url)).status_code == 200
