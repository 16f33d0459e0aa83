"""The stages of the sales process: shipped, replaced as a whole, never pulled from under a deal."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.support.opportunity import etag, open_opportunity, succeeded
from tests.support.services import ServiceUnderTest


def _stages(*codes: str) -> dict[str, Any]:
    return {"stages": [{"code": code, "name": code, "name_zh": code} for code in codes]}


async def test_the_stages_can_be_replaced_by_a_set_of_ones_own(
    opportunity: ServiceUnderTest,
) -> None:
    """S74, S85."""
    async with opportunity.client("administrator") as client:
        shipped = succeeded(await client.get("/v1/stages"))
        assert [each["name_zh"] for each in shipped["stages"]] == [
            "准备",
            "接触",
            "探寻",
            "方案",
            "成交",
        ]
        blind = await client.put("/v1/stages", json=_stages("a", "b"))
        adopted = succeeded(
            await client.put("/v1/stages", json=_stages("meet", "deal"), headers=etag(shipped))
        )
        stale = await client.put("/v1/stages", json=_stages("a", "b"), headers=etag(shipped))
        double = await client.put("/v1/stages", json=_stages("a", "a"), headers=etag(adopted))
        assert succeeded(await client.get("/v1/stages")) == adopted
    found = await open_opportunity(opportunity)
    async with opportunity.client("administrator") as client:
        in_use = await client.put("/v1/stages", json=_stages("deal", "won"), headers=etag(adopted))
        longer = succeeded(
            await client.put(
                "/v1/stages", json=_stages("call", "meet", "deal"), headers=etag(adopted)
            )
        )
    assert (adopted["version"], longer["version"]) == (2, 3)
    assert found["stage"] == "meet"
    assert [each.status_code for each in (blind, stale, double)] == [428, 412, 422]
    assert (in_use.status_code, in_use.json()["stages"]) == (409, ["meet"])


async def test_of_two_sets_adopted_at_once_one_counts(opportunity: ServiceUnderTest) -> None:
    async with opportunity.client("administrator") as client:
        present = succeeded(await client.get("/v1/stages"))
        codes = [each["code"] for each in present["stages"]]
        answers = await asyncio.gather(
            *(
                client.put("/v1/stages", json=_stages(*codes, last), headers=etag(present))
                for last in ("x", "y")
            )
        )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_account_managers_do_not_change_the_stages(opportunity: ServiceUnderTest) -> None:
    async with opportunity.client("account_manager") as client:
        refused = await client.put("/v1/stages", json=_stages("a", "b"), headers={"If-Match": "*"})
    assert refused.status_code == 403
