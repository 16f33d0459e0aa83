"""Deputies in opportunities, quotes and price lists: the work is the principal's, and neither of
the two approves what either wrote."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest

from tests.support.opportunity import (
    draft_quote,
    etag,
    line,
    listed_product,
    on_quote,
    open_opportunity,
    price,
    price_list,
    product,
    project,
    propose,
    succeeded,
)
from tests.support.services import ServiceUnderTest
from tests.support.standing_in import appointed, in_the_name_of, works_here

DEPUTY, PRINCIPAL, BOSS = "代理经理", "销售总监", "general_manager"


@pytest.fixture(scope="module")
async def principal(opportunity: ServiceUnderTest) -> UUID:
    """A general manager whom another one stands in for today."""
    principal_id = await works_here(opportunity, PRINCIPAL, BOSS)
    await appointed(opportunity, await works_here(opportunity, DEPUTY, BOSS), principal_id)
    return principal_id


def deputy(service: ServiceUnderTest, principal: UUID, role: str = BOSS) -> httpx.AsyncClient:
    """The deputy in the principal's name."""
    return in_the_name_of(service.client(role, name=DEPUTY), principal)


async def test_what_a_deputy_opens_belongs_to_the_principal(
    opportunity: ServiceUnderTest, principal: UUID
) -> None:
    """S18: in the place where the principal is."""
    by = deputy(opportunity, principal, "nobody")
    opened = await open_opportunity(opportunity, by=by)
    assert (opened["owner_id"], opened["branch"]) == (str(principal), "天津")


async def test_a_quote_written_in_somebodys_name_is_approved_by_neither(
    opportunity: ServiceUnderTest, principal: UUID
) -> None:
    """S108, S221: nor by the deputy in the own name."""
    lines = [line(await listed_product(opportunity), discount="0.10")]
    at = (await project(opportunity))["id"]
    quote = await draft_quote(
        opportunity, lines, by=deputy(opportunity, principal), opportunity_id=at
    )
    assert quote["authors"] == [str(principal), str(opportunity.people[DEPUTY])]
    quote = succeeded(await on_quote(opportunity, quote, "submit"))
    path = f"/v1/quotes/{quote['id']}/approve"
    for client in (
        deputy(opportunity, principal),
        opportunity.client(BOSS, name=DEPUTY),
        opportunity.client(BOSS, name=PRINCIPAL),
    ):
        async with client:
            refused = await client.post(path, headers=etag(quote))
        assert (refused.status_code, refused.json()["code"]) == (403, "approver_is_author")
    told = await opportunity.published("crm.opportunity.quote.submitted.v1")
    (authors,) = (
        each["data"]["authors"] for each in told if each["data"]["quote_id"] == quote["id"]
    )
    submitter = quote["submitted_by"]
    assert authors == [str(principal), str(opportunity.people[DEPUTY]), submitter]


async def test_a_deputy_approves_with_the_authority_of_the_principal(
    opportunity: ServiceUnderTest, principal: UUID
) -> None:
    """S108, S214: both names stand in the quote."""
    lines = [line(await listed_product(opportunity), discount="0.10")]
    quote = succeeded(await on_quote(opportunity, await draft_quote(opportunity, lines), "submit"))
    async with deputy(opportunity, principal, "account_manager") as client:
        answer = await client.post(f"/v1/quotes/{quote['id']}/approve", headers=etag(quote))
    approved = succeeded(answer)
    assert approved["approved_role"] == BOSS
    assert (approved["approved_by"], approved["approved_for"]) == (
        str(opportunity.people[DEPUTY]),
        str(principal),
    )


async def test_a_price_list_of_the_principal_is_not_approved_by_the_deputy(
    opportunity: ServiceUnderTest, principal: UUID
) -> None:
    """S110."""
    prices = [price(await product(opportunity), "10.00")]
    listed = await price_list(opportunity, prices, approved=False)
    async with opportunity.client("finance", name=PRINCIPAL) as client:
        body = {name: listed[name] for name in ("currency", "effective_on")}
        path = f"/v1/price-lists/{listed['id']}"
        listed = succeeded(
            await client.put(f"{path}/prices", json=body | {"prices": prices}, headers=etag(listed))
        )
    succeeded(await propose(opportunity, listed))
    asked = "/v1/approvals/opportunity"
    async with deputy(opportunity, principal) as client:
        (approval,) = succeeded(await client.get(asked, params={"document_id": listed["id"]}))[
            "items"
        ]
        refused = await client.post(
            f"{asked}/{approval['id']}/approve", json={}, headers=etag(approval)
        )
    assert refused.json()["code"] == "approver_is_author"
