"""What the order service gives out about people who wrote in it (GDPR Art. 15, PIPL 45)."""

from __future__ import annotations

from typing import Any

from tests.support import order as build
from tests.support.expenses import submitted
from tests.support.portal import buyer, item
from tests.support.services import ServiceUnderTest

Body = dict[str, Any]


async def _given_out(order: ServiceUnderTest, kind: str, subject_id: str) -> dict[str, list[Body]]:
    body = {"subject_type": kind, "subject_id": subject_id, "reason": "本人请求"}
    found = await build.done(order, "data_steward", "personal-data/order/export", body)
    return {each["table"]: each["rows"] for each in found["tables"]}


async def test_staff_are_told_what_they_asked_to_spend(order: ServiceUnderTest) -> None:
    """S109: of no customer, nobody else would be told of it."""
    expense = await submitted(order, purpose="出差午餐")
    rows = (await _given_out(order, "staff", expense["owner_id"]))["expense"]
    (mine,) = [each for each in rows if each["id"] == expense["id"]]
    assert (mine["payee"], mine["purpose"]) == (expense["payee"], "出差午餐")


async def test_portal_users_are_told_what_they_wrote_on_orders(order: ServiceUnderTest) -> None:
    """S25."""
    someone = await buyer(order, await build.customer(order))
    draft = await someone.draft(item(await build.product(order)), note="送到后门")
    placed = await someone.submit(draft)
    found = await _given_out(order, "portal_user", str(someone.id))
    assert [(each["id"], each["note"]) for each in found["sales_order"]] == [
        (placed["id"], "送到后门")
    ]
