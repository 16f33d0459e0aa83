"""What the order service gives out about people who wrote in it (GDPR Art. 15, PIPL 45)."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.order.drafts.service import ChangeDraft, DraftOrder, Item, change_draft, draft_order
from shared.domain.actor import Actor
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


async def test_what_a_portal_user_writes_while_they_are_forgotten_is_forgotten_too(
    order: ServiceUnderTest,
) -> None:
    """GDPR Art. 17: a draft begun or changed in a transaction that is open when the news comes."""
    product, customer = await build.product(order), await build.customer(order)
    for changes in (False, True):
        someone = await buyer(order, customer)
        writing = Actor(someone.id, someone.name, customer_id=customer)
        draft = await someone.draft(item(product)) if changes else None
        async with order.db.transaction(writing) as uow:
            note = "找被遗忘者签收"
            written = await (
                change_draft(uow, ChangeDraft(UUID(draft["id"]), 1, None, {"note": note}))
                if draft
                else draft_order(uow, DraftOrder((Item(product, Decimal(1)),), "CNY", note))
            )
            forgetting = asyncio.create_task(someone.forgotten())
            await asyncio.sleep(0.5)  # unless it waits for us, it is through by now
        await forgetting
        found = await _given_out(order, "portal_user", str(someone.id))
        drafts = {each["id"]: each["note"] for each in found.get("order_draft", [])}
        assert drafts.get(str(written.draft.id)) in (None, "erased")
