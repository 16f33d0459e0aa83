"""Builders for expenses: asked for by the desk, approved by sales and finance, settled."""

from __future__ import annotations

from typing import Any

import httpx

from shared.domain.ids import new_id
from tests.support.amending import decided
from tests.support.opportunity import money
from tests.support.order import REVIEWER, SELLER, Body, done, read, send
from tests.support.services import ServiceUnderTest


async def drafted(service: ServiceUnderTest, amount: str = "8000.00", **body: Any) -> Body:
    """A draft of the account manager."""
    role, name = body.pop("role", SELLER), body.pop("name", "")
    expense = {
        "category": "marketing",
        "payee": "上海展览有限公司",
        "purpose": "春季展会展位",
        "amount": money(amount, body.pop("currency", "CNY")),
    }
    return await done(service, role, "expenses", expense | body, name=name)


async def submitted(service: ServiceUnderTest, amount: str = "8000.00", **body: Any) -> Body:
    """An expense that waits for its approval."""
    expense = await drafted(service, amount, **body)
    return await done(service, SELLER, f"expenses/{expense['id']}/submit", seen=expense)


async def expense_now(service: ServiceUnderTest, expense: Body) -> Body:
    """An expense as it is now."""
    return await read(service, f"expenses/{expense['id']}")


async def approved(service: ServiceUnderTest, amount: str = "8000.00", **body: Any) -> Body:
    """An expense that sales and finance approved."""
    expense = await submitted(service, amount, **body)
    for role in (REVIEWER, "finance"):
        await decided(service, expense, role=role, name=f"{role}审批")
    return await expense_now(service, expense)


async def try_to_settle(
    service: ServiceUnderTest, expense: Body, amount: str, role: str = "finance", **more: Any
) -> httpx.Response:
    """An attempt to write an expense off."""
    key, name = more.pop("key", str(new_id())), more.pop("name", "")
    body = {"amount": money(amount, more.pop("currency", "CNY"))} | more
    path = f"expenses/{expense['id']}/settle"
    return await send(service, role, path, body, seen=expense, key=key, name=name)
