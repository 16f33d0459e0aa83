"""The service's own checks: they hold, and each of them notices what it is there for."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from services.analytics.invariants import INVARIANTS
from shared.db.invariants import violations
from tests.support.generated import World
from tests.support.services import ServiceUnderTest


async def test_the_figures_agree_with_each_other(fed: ServiceUnderTest, world: World) -> None:
    """Invariants 8, 13, 15, 18 to 21, 23 and 24, in one snapshot."""
    async with fed.client("finance") as client:
        response = await client.get("/v1/reports/reconciliation")
    answer = response.json()
    assert answer["kept"] is True
    assert {check["id"]: check["violations"] for check in answer["checks"]} == {
        each.id: [] for each in INVARIANTS
    }
    topics = {each.topic for each in world.envelopes()}
    assert {each["topic"] for each in answer["as_of"]["positions"]} == topics


async def test_an_account_manager_does_not_see_everybodys_figures_here(
    fed: ServiceUnderTest,
) -> None:
    async with fed.client("account_manager") as client:
        assert (await client.get("/v1/reports/reconciliation")).status_code == 403


class _Undo(Exception):
    """Rolls back what a test broke."""


@pytest.mark.parametrize(
    ("promise", "breach"),
    [
        ("facts.8", "UPDATE facts.staff SET version = version + 7"),
        ("facts.6", "DELETE FROM facts.staff"),
        ("facts.23 quote", "INSERT INTO facts.quote_line VALUES {line}"),
        ("facts.23 contract", "UPDATE facts.contract SET currency = 'EUR'"),
        ("facts.23 sales_order", "UPDATE facts.order_line SET amount = amount + 0.01"),
        ("facts.23 delivery", "DELETE FROM facts.delivery"),
        ("facts.23 invoice", "UPDATE facts.invoice_line SET currency = 'EUR'"),
        ("facts.13 contract_line", "UPDATE facts.contract_line SET customer_id = owner_id"),
        ("facts.13 order_line", "UPDATE facts.order_line SET region = '火星'"),
        ("facts.13 delivery_line", "UPDATE facts.delivery_line SET day = day + 1"),
        ("facts.13 invoice_line", "UPDATE facts.invoice_line SET department = NULL"),
        ("facts.15", "UPDATE facts.posting SET amount = amount + 0.01 WHERE position = 0"),
        ("facts.18", "UPDATE facts.allocation SET allocated_on = allocated_on + 1"),
        ("facts.18", "DELETE FROM facts.posting"),
        ("facts.19", "UPDATE facts.invoice SET open = open + 0.01"),
        ("facts.19", "UPDATE facts.allocation SET reversed_on = NULL"),
        ("facts.20", "UPDATE facts.receipt SET unallocated = unallocated - 0.01"),
        ("facts.20", "DELETE FROM facts.prepayment_movement"),
        ("facts.20 together", "UPDATE facts.receipt SET currency = 'EUR'"),
        ("facts.21", "UPDATE facts.prepayment SET held = balance + 1"),
        ("facts.21", "UPDATE facts.prepayment_movement SET balance = -balance"),
    ],
)
async def test_a_breach_is_noticed(fed: ServiceUnderTest, promise: str, breach: str) -> None:
    an_id = "gen_random_uuid()"
    statement = breach.format(line=f"({an_id}, {an_id}, {an_id}, 1, 0, 5, 'CNY')")
    with pytest.raises(_Undo):
        async with fed.db.pool.transaction() as conn:
            assert await violations(conn, INVARIANTS) == []
            await conn.execute(sa.text(statement))
            found = {each.invariant for each in await violations(conn, INVARIANTS)}
            assert promise in found
            raise _Undo


async def test_every_promise_is_seen_to_be_breakable() -> None:
    marks = test_a_breach_is_noticed.pytestmark  # type: ignore[attr-defined]
    (parametrized,) = [mark for mark in marks if mark.name == "parametrize"]
    assert {each.id for each in INVARIANTS} == {promise for promise, _ in parametrized.args[1]}
