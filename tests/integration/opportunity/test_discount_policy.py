"""The discount policy: bands as data, versions that approvals refer to."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.support.opportunity import draft_quote, etag, line, listed_product, on_quote, succeeded
from tests.support.services import ServiceUnderTest


def _policy(*bands: tuple[str, str | None]) -> dict[str, Any]:
    return {
        "bands": [{"role": role, "up_to": limit} for role, limit in bands],
        "non_standard_role": bands[-1][0],
    }


STRICT = _policy(
    ("account_manager", "0.010000"), ("sales_manager", "0.030000"), ("general_manager", None)
)


async def test_the_bands_and_roles_are_data(opportunity: ServiceUnderTest) -> None:
    """S108: what waits is judged by the policy of the day of its approval."""
    breaker = await listed_product(opportunity)
    drafted = await draft_quote(opportunity, [line(breaker, discount="0.04")])
    waiting = succeeded(await on_quote(opportunity, drafted, "submit"))
    async with opportunity.client("general_manager") as client:
        shipped = succeeded(await client.get("/v1/discount-policy"))
        adopted = succeeded(
            await client.put("/v1/discount-policy", json=STRICT, headers=etag(shipped))
        )
        stale = await client.put("/v1/discount-policy", json=STRICT, headers=etag(shipped))
        read = succeeded(await client.get("/v1/discount-policy"))
    assert [(each["role"], each["up_to"]) for each in shipped["bands"]] == [
        ("account_manager", "0.020000"),
        ("sales_manager", "0.050000"),
        ("deputy_general_manager", "0.080000"),
        ("general_manager", None),
    ]
    assert read == adopted == {"version": 2, **STRICT}
    assert stale.status_code == 412
    assert (waiting["required_role"], waiting["policy_version"]) == ("sales_manager", 1)
    refused = await on_quote(opportunity, waiting, "approve", "sales_manager", name="主管")
    assert (refused.status_code, refused.json()["required_role"]) == (403, "general_manager")
    approved = succeeded(await on_quote(opportunity, waiting, "approve", "general_manager"))
    assert (approved["policy_version"], approved["approved_role"]) == (2, "general_manager")
    drafted = await draft_quote(opportunity, [line(breaker, discount="0.02")])
    submitted = succeeded(await on_quote(opportunity, drafted, "submit"))
    assert (submitted["required_role"], submitted["policy_version"]) == ("sales_manager", 2)


async def test_every_policy_is_told_once_in_order(opportunity: ServiceUnderTest) -> None:
    """S108: the shipped one when it is first used, another when it is adopted."""
    breaker = await listed_product(opportunity)
    drafted = await draft_quote(opportunity, [line(breaker, discount="0.01")])
    succeeded(await on_quote(opportunity, drafted, "submit"))
    async with opportunity.client("general_manager") as client:
        present = succeeded(await client.get("/v1/discount-policy"))
        body = {name: present[name] for name in ("bands", "non_standard_role")}
        put = client.put("/v1/discount-policy", json=body, headers=etag(present))
        newest = succeeded(await put)
    told = await opportunity.published("crm.opportunity.discount_policy.adopted.v1")
    assert len({each["aggregate_id"] for each in told}) == 1
    versions = [each["aggregate_version"] for each in told]
    assert versions == list(range(1, newest["version"] + 1))
    assert told[-1]["data"]["bands"] == newest["bands"]
    assert told[0]["data"]["bands"][0] == {"role": "account_manager", "up_to": "0.020000"}


async def test_of_two_policies_adopted_at_once_one_counts(opportunity: ServiceUnderTest) -> None:
    async with opportunity.client("general_manager") as client:
        present = succeeded(await client.get("/v1/discount-policy"))
        answers = await asyncio.gather(
            *(
                client.put("/v1/discount-policy", json=STRICT, headers=etag(present))
                for _ in range(2)
            )
        )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_only_the_general_manager_changes_the_policy(opportunity: ServiceUnderTest) -> None:
    for role in ("administrator", "deputy_general_manager", "account_manager"):
        async with opportunity.client(role) as client:
            refused = await client.put(
                "/v1/discount-policy", json=STRICT, headers={"If-Match": "*"}
            )
        assert refused.status_code == 403


async def test_bands_that_do_not_fit_together_are_refused(opportunity: ServiceUnderTest) -> None:
    """S108."""
    falling = _policy(("account_manager", "0.05"), ("sales_manager", "0.02"))
    endless = _policy(("account_manager", None), ("sales_manager", None))
    async with opportunity.client("general_manager") as client:
        for body in (falling, endless):
            refused = await client.put("/v1/discount-policy", json=body, headers={"If-Match": "*"})
            assert (refused.status_code, refused.json()["code"]) == (422, "invalid_policy")
