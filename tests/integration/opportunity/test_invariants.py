"""The invariants bite: each finds the damage it is there for."""

from __future__ import annotations

import asyncpg
import pytest

from shared.db.driver import Connection
from shared.db.invariants import violations
from tests.support import plans
from tests.support.opportunity import (
    approved_quote,
    known_customer,
    line,
    listed_product,
    on_quote,
    succeeded,
    today,
)
from tests.support.services import ServiceUnderTest

DAMAGE = {
    "quotes.31": "UPDATE quote_line SET amount = amount + 0.01",
    "quotes.23": "UPDATE quote SET total = total + 0.01",
    "quotes.32 authority": "UPDATE quote SET approved_role = 'sales_manager'",
    "quotes.32 content": "UPDATE quote SET content_hash = 'other'",
    "quotes.33": "UPDATE quote SET revision = 10 - revision",
    "quotes.33 revisions": "UPDATE quote SET revision = revision + 100",
    "price_lists.32": "UPDATE price_list SET authors = ARRAY[approved_by]",
    "approvals.32 price_list": "UPDATE price_list SET content_hash = 'other'",
    "approvals.32 author": "UPDATE approval_opinion SET verdict = 'adjust'",
    "approvals.32 steps": "UPDATE approval_opinion SET verdict = 'adjust' WHERE step = 2",
    "plans.44 late": "UPDATE plan SET due_at = submitted_at - interval '1 second', late = false",
    "plans.44 awaited": "UPDATE plan SET submitted_at = NULL, late = false",
    "plans.45": "UPDATE work_item SET month_item_id = NULL WHERE month_item_id IS NOT NULL",
    "plans.47": "UPDATE work_item SET result = NULL WHERE month_item_id IS NOT NULL",
    "approvals.32 plan": "UPDATE plan SET content_hash = 'other'",
    "transitions.34 plan": """
        UPDATE outbox SET payload = jsonb_set(payload::jsonb, '{status}', '"closed"')::json
        WHERE type = 'crm.opportunity.plan.submitted.v1'""",
    "transitions.34 price_list": """
        UPDATE outbox SET payload = jsonb_set(payload::jsonb, '{status}', '"rejected"')::json
        WHERE type = 'crm.opportunity.price_list.proposed.v1'""",
    "projects.75": "UPDATE opportunity SET number = 'FQ00' || right(number, 5)",
    "numbers.226 opportunity": """
        UPDATE opportunity SET number = left(number, 4) || '98765' WHERE number LIKE '%1'""",
    "numbers.226 quote": "UPDATE quote SET number = 'QT' || right(number, 8) || '0'",
    "numbers.226 price_list": "UPDATE number_range SET first = next WHERE series = 'price_list'",
    "numbers.226 ranges": """
        INSERT INTO number_range (series, branch, year, first, next)
        SELECT series, '天津', year, next - 1, next FROM number_range WHERE branch <> '天津'""",
    "projects.76": "UPDATE quote SET project_number = 'FQ2600009'",
    "opportunities.74": "UPDATE opportunity SET stage = 'contact'",
    "activities.3": "UPDATE next_contact SET due_on = NULL",
    "transitions.34 quote": """
        UPDATE outbox SET payload = jsonb_set(payload::jsonb, '{status}', '"draft"')::json
        WHERE type = 'crm.opportunity.quote.approved.v1'""",
    "transitions.34 opportunity": """
        UPDATE outbox SET payload = jsonb_set(payload::jsonb, '{status}', '"lost"')::json
        WHERE type = 'crm.opportunity.opportunity.opened.v1'""",
    "states.34 quote": "UPDATE quote SET status = 'sent' WHERE status = 'approved'",
    "events.1 quote": "UPDATE quote SET version = version + 1",
}

#: Approvals that the authority invariant must refuse, each for a reason of its own.
ILLICIT = {
    "the approver wrote it": "UPDATE quote SET authors = ARRAY[approved_by]",
    "the approver submitted it": "UPDATE quote SET submitted_by = approved_by",
    "own authority beyond the first band": "UPDATE quote SET own_authority = true",
    "a line gives away more": """
        UPDATE quote_line SET discount = 0.09
        WHERE id = (SELECT id FROM quote_line WHERE discount > 0)""",
    "a line is outside the price list": "UPDATE quote_line SET standard = false",
    "nobody approved it": "UPDATE quote SET approved_role = NULL",
}


@pytest.fixture(scope="module")
async def sold(opportunity: ServiceUnderTest) -> ServiceUnderTest:
    """A service with three projects: a quote with 8 % off one line, approved by the deputy general
    manager, and two quotes accepted in their second revision; and a week that carried out its
    month."""
    breaker = await listed_product(opportunity)
    lines = [line(breaker, "10"), line(breaker, "1", discount="0.08")]
    customer_id = str(await known_customer(opportunity))
    body = {"customer_id": customer_id, "kind": "call", "result": "advanced"}
    async with opportunity.client("account_manager") as client:
        logged = body | {"next_contact_on": str(today(3))}
        succeeded(await client.post("/v1/activities", json=logged))
    await plans.organised(opportunity)
    month = await plans.agreed(opportunity, "monthly", plans.monday(9).replace(day=1))
    link = {"category": "sales", "action": "回访", "month_item_id": month["items"][0]["id"]}
    week = await plans.agreed(opportunity, "weekly", plans.monday(9), link)
    succeeded(await plans.closed(opportunity, week))
    quote = await approved_quote(opportunity, lines, role="deputy_general_manager")
    assert quote["approved_role"] == "deputy_general_manager"
    for _ in range(2):
        first = await approved_quote(opportunity, [line(breaker)])
        revised = succeeded(await on_quote(opportunity, first, "revise", payment_days=7))
        second = succeeded(await on_quote(opportunity, revised, "submit"))
        succeeded(await on_quote(opportunity, second, "accept"))
    return opportunity


async def _found(service: ServiceUnderTest, damage: str) -> set[str]:
    """Which invariants are violated after the owner's damage, which is taken back."""
    session = await asyncpg.connect(service.owner_dsn)
    transaction = session.transaction()
    await transaction.start()
    try:
        await session.execute(damage)
        found = await violations(Connection(session), service.service.promises)
        return {each.invariant for each in found}
    finally:
        await transaction.rollback()
        await session.close()


async def test_an_undamaged_service_violates_nothing(sold: ServiceUnderTest) -> None:
    assert await _found(sold, "SELECT 1") == set()


@pytest.mark.parametrize("invariant", DAMAGE)
async def test_each_damage_is_found(sold: ServiceUnderTest, invariant: str) -> None:
    assert invariant in await _found(sold, DAMAGE[invariant])


@pytest.mark.parametrize("reason", ILLICIT)
async def test_an_illicit_approval_is_found(sold: ServiceUnderTest, reason: str) -> None:
    """S108."""
    assert "quotes.32 authority" in await _found(sold, ILLICIT[reason])
