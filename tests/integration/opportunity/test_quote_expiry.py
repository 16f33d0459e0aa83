"""The validity of quotes: a deadline ends what nobody answered, and only that."""

from __future__ import annotations

from typing import Any

from services.opportunity.worker import DEADLINES
from shared.deadlines.runner import DeadlineRunner
from tests.support.opportunity import (
    approved_quote,
    draft_quote,
    line,
    listed_product,
    on_quote,
    steps,
    succeeded,
    today,
)
from tests.support.services import ServiceUnderTest


async def _deadlines(service: ServiceUnderTest, quote: dict[str, Any]) -> list[str]:
    """The open deadlines of a quote, in the business zone."""
    query = (
        "SELECT (due_at AT TIME ZONE 'Asia/Shanghai')::text FROM deadline"
        " WHERE subject_id = $1 AND done_at IS NULL"
    )
    async with service.db.reading() as conn:
        return [row[0] for row in await conn.exec_driver_sql(query, (quote["id"],))]


async def _let_time_pass(service: ServiceUnderTest, quote: dict[str, Any]) -> None:
    """Put the last day and the deadline of a quote into the past, as if days had gone by."""
    async with service.db.reading() as conn:
        for statement in (
            "UPDATE quote SET valid_until = valid_until - 10 WHERE id = $1",
            "UPDATE deadline SET due_at = now(), next_try_at = now() WHERE subject_id = $1",
        ):
            await conn.exec_driver_sql(statement, (quote["id"],))


async def _fire(service: ServiceUnderTest) -> None:
    runner = DeadlineRunner(service.db, DEADLINES)
    while await runner.fire_one():
        pass


async def test_a_quote_expires_when_its_last_day_is_over(opportunity: ServiceUnderTest) -> None:
    """S101."""
    breaker = await listed_product(opportunity)
    approved = await approved_quote(opportunity, [line(breaker)], valid_until=str(today(5)))
    sent = succeeded(await on_quote(opportunity, approved, "send"))
    assert await _deadlines(opportunity, sent) == [f"{today(6)} 00:00:00"]
    await _fire(opportunity)
    assert (await steps(opportunity, sent))[-1] == "sent"
    await _let_time_pass(opportunity, sent)
    late = await on_quote(opportunity, sent, "accept")
    assert (late.status_code, late.json()["code"]) == (409, "quote_expired")
    await _fire(opportunity)
    assert await steps(opportunity, sent) == [
        "drafted",
        "submitted",
        "approved",
        "sent",
        "expired",
    ]


async def test_an_answer_or_a_new_revision_clears_the_deadline(
    opportunity: ServiceUnderTest,
) -> None:
    breaker = await listed_product(opportunity)
    for step, body in (("accept", {}), ("decline", {"reason": "不"}), ("revise", {"lines": None})):
        approved = await approved_quote(opportunity, [line(breaker)])
        assert len(await _deadlines(opportunity, approved)) == 1
        succeeded(await on_quote(opportunity, approved, step, **body))
        assert await _deadlines(opportunity, approved) == []


async def test_what_is_over_is_not_submitted_or_approved(opportunity: ServiceUnderTest) -> None:
    """S101."""
    breaker = await listed_product(opportunity)
    past = await draft_quote(opportunity, [line(breaker)], valid_until=str(today(-1)))
    refused = await on_quote(opportunity, past, "submit")
    assert (refused.status_code, refused.json()["code"]) == (409, "quote_expired")
