"""Expenses: asked for, approved by whom their amount demands, settled with what was really paid."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from services.order.approval_engine import ENGINE
from shared.deadlines.runner import DeadlineRunner
from shared.domain.clock import business_date, now
from shared.domain.ids import new_id
from tests.support.amending import adopt, approval_of, decided, try_to_decide
from tests.support.expenses import approved, drafted, expense_now, submitted, try_to_settle
from tests.support.opportunity import money
from tests.support.order import (
    REVIEWER,
    SELLER,
    customer,
    done,
    events_of,
    read,
    send,
    signed_contract,
)
from tests.support.services import ServiceUnderTest

DEPUTY, BOSS = "deputy_general_manager", "general_manager"


def code(answer: httpx.Response) -> tuple[int, str]:
    """How something was refused."""
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    ("amount", "asked"),
    [
        ("0.01", ["role:finance", "role:sales_manager"]),
        ("10000.00", ["role:finance", "role:sales_manager"]),
        ("10000.01", ["role:deputy_general_manager", "role:general_manager"]),
        ("100000.00", ["role:deputy_general_manager", "role:general_manager"]),
        ("100000.01", ["role:general_manager"]),
    ],
)
async def test_the_amount_says_who_approves(
    order: ServiceUnderTest, amount: str, asked: list[str]
) -> None:
    """S109: each boundary counts to the lower band."""
    approval = await approval_of(order, await submitted(order, amount))
    assert (approval["asked"], approval["amount"]) == (asked, money(amount))


async def test_sales_and_finance_approve_jointly_and_finance_settles(
    order: ServiceUnderTest,
) -> None:
    """S109, S220: one of them is not enough; what was really paid is written off."""
    expense = await submitted(order)
    assert (expense["status"], expense["number"][:2]) == ("in_approval", "FY")
    for role in (DEPUTY, "warehouse", SELLER):
        refused = await try_to_decide(order, expense, role=role)
        assert refused.status_code == 403
    half = await decided(order, expense, role="finance")
    assert (half["status"], half["waiting_for"]) == ("running", ["sales"])
    assert (await expense_now(order, expense))["status"] == "in_approval"
    whole = await decided(order, expense, role=REVIEWER)
    assert whole["status"] == "approved"
    expense = await expense_now(order, expense)
    assert (expense["status"], expense["approved_by"]) == (
        "approved",
        whole["opinions"][-1]["given_by"],
    )
    key = str(new_id())
    settled = await try_to_settle(order, expense, "7999.50", key=key)
    again = await try_to_settle(order, expense, "7999.50", key=key)
    assert (settled.status_code, again.json()) == (200, settled.json())
    body = settled.json()
    assert (body["status"], body["settled"], body["amount"]) == (
        "settled",
        money("7999.50"),
        money("8000.00"),
    )
    assert body["settled_on"] == business_date(now()).isoformat()
    assert await events_of(order, expense["id"]) == ["drafted", "submitted", "approved", "settled"]
    events = await order.published("crm.order.expense.%")
    mine = [each["data"] for each in events if each["data"]["expense_id"] == expense["id"]]
    assert mine[-1]["settled"] == money("7999.50")
    assert not {"payee", "purpose"} & set(mine[-1])


@pytest.mark.parametrize(
    ("amount", "below", "enough"),
    [
        ("10000.01", ["finance", REVIEWER], DEPUTY),
        ("100000.00", ["finance", REVIEWER], BOSS),
        ("100000.01", ["finance", REVIEWER, DEPUTY], BOSS),
    ],
)
async def test_nobody_approves_above_their_authority(
    order: ServiceUnderTest, amount: str, below: list[str], enough: str
) -> None:
    """S109."""
    expense = await submitted(order, amount)
    for role in below:
        assert code(await try_to_decide(order, expense, role=role)) == (403, "approval_not_asked")
    await decided(order, expense, role=enough)
    assert (await expense_now(order, expense))["status"] == "approved"


async def test_an_amount_in_another_currency_goes_to_the_top(order: ServiceUnderTest) -> None:
    """S109, S221: no rate widens an authority."""
    approval = await approval_of(order, await submitted(order, "1.00", currency="USD"))
    assert approval["asked"] == ["role:general_manager"]


async def test_an_author_neither_approves_nor_settles(order: ServiceUnderTest) -> None:
    """S109: whoever wrote or submitted it, whatever other role they have."""
    expense = await drafted(order, role=REVIEWER, name="赵六")
    body = {"purpose": "展位和运输"}
    path = f"expenses/{expense['id']}"
    expense = await done(order, "finance", path, body, seen=expense, method="PATCH", name="钱七")
    expense = await done(order, REVIEWER, f"{path}/submit", seen=expense, name="孙八")
    for role, name in ((REVIEWER, "赵六"), ("finance", "钱七"), (REVIEWER, "孙八")):
        refused = await try_to_decide(order, expense, role=role, name=name)
        assert code(refused) == (403, "approver_is_author")
    for role in (REVIEWER, "finance"):
        await decided(order, expense, role=role)
    expense = await expense_now(order, expense)
    assert code(await try_to_settle(order, expense, "1.00", name="钱七")) == (403, "own_expense")
    assert (await try_to_settle(order, expense, "1.00")).status_code == 200


async def test_one_person_is_not_both_voices(order: ServiceUnderTest) -> None:
    """S220: jointly means two people."""
    expense = await submitted(order)
    await decided(order, expense, role="finance", name="钱七")
    refused = await try_to_decide(order, expense, role=REVIEWER, name="钱七")
    assert code(refused) == (403, "spoken_already")


async def test_no_more_is_settled_than_was_approved(order: ServiceUnderTest) -> None:
    """S109: the rest is another expense, with another approval."""
    expense = await approved(order)
    assert code(await try_to_settle(order, expense, "8000.01")) == (409, "above_approved")
    for role in (SELLER, REVIEWER, BOSS):
        assert (await try_to_settle(order, expense, "1.00", role)).status_code == 403
    for refused, pointer in (
        (await try_to_settle(order, expense, "1.00", currency="USD"), "/amount/currency"),
        (await try_to_settle(order, expense, "0.00"), "/amount/amount"),
        (await try_to_settle(order, expense, "1.00", settled_on="2099-01-01"), "/settled_on"),
    ):
        assert refused.status_code == 422
        assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]
    path = f"expenses/{expense['id']}/settle"
    without = await send(order, "finance", path, {"amount": money("1.00")}, seen=expense)
    assert without.status_code == 400
    assert await expense_now(order, expense) == expense
    assert (await try_to_settle(order, expense, "8000.00")).json()["status"] == "settled"


async def test_an_expense_is_settled_once(order: ServiceUnderTest) -> None:
    """S109: two accountants at once."""
    expense = await approved(order)
    answers = await asyncio.gather(*(try_to_settle(order, expense, "10.00") for _ in range(5)))
    assert sorted(each.status_code for each in answers) == [200, 412, 412, 412, 412]


async def test_what_was_tampered_with_is_not_approved(order: ServiceUnderTest) -> None:
    """S109: the approval is for what was submitted, whoever changed it since and by what means."""
    expense = await submitted(order, "20000.00")
    statement = "UPDATE expense SET payee = $2 WHERE id = $1"
    async with order.db.reading() as conn:
        await conn.exec_driver_sql(statement, (expense["id"], "别家公司"))
    assert code(await try_to_decide(order, expense, role=DEPUTY)) == (409, "content_changed")
    async with order.db.reading() as conn:
        await conn.exec_driver_sql(statement, (expense["id"], expense["payee"]))
    await decided(order, expense, role=DEPUTY)


async def test_what_was_approved_is_what_was_submitted(order: ServiceUnderTest) -> None:
    """S109: nothing is changed once it is submitted; a change starts over."""
    expense = await submitted(order)
    path = f"expenses/{expense['id']}"
    more = {"amount": money("9000.00")}
    refused = await send(order, SELLER, path, more, seen=expense, method="PATCH")
    assert code(refused) == (409, "expense_state")
    await decided(order, expense, "return", "finance", comment="太贵")
    returned = await expense_now(order, expense)
    assert (returned["status"], returned["reason"]) == ("returned", "太贵")
    changed = await done(order, SELLER, path, more, seen=returned, method="PATCH")
    assert (changed["status"], changed["content_hash"]) == ("draft", None)
    again = await done(order, SELLER, f"{path}/submit", seen=changed)
    assert again["content_hash"] != expense["content_hash"]
    for role in ("finance", REVIEWER):
        await decided(order, again, role=role)
    done_ = await expense_now(order, again)
    refused = await send(order, SELLER, path, more, seen=done_, method="PATCH")
    assert code(refused) == (409, "expense_state")


@pytest.mark.parametrize(
    ("step", "role", "status"),
    [("reject", "finance", "rejected"), ("withdraw", SELLER, "returned")],
)
async def test_what_is_refused_or_taken_back_may_be_given_up(
    order: ServiceUnderTest, step: str, role: str, status: str
) -> None:
    """S109."""
    expense = await submitted(order)
    path = f"expenses/{expense['id']}/cancel"
    early = await send(order, SELLER, path, {"reason": "不办了"}, seen=expense)
    assert code(early) == (409, "expense_state")
    await decided(order, expense, step, role, comment="不办")
    expense = await expense_now(order, expense)
    assert expense["status"] == status
    given_up = await done(order, SELLER, path, {"reason": "不办了"}, seen=expense)
    assert (given_up["status"], given_up["reason"]) == ("cancelled", "不办了")
    assert code(await try_to_settle(order, given_up, "1.00")) == (409, "expense_state")


async def test_what_takes_too_long_is_taken_higher(order: ServiceUnderTest) -> None:
    """S109, S221: never lower."""
    process = await read(order, "approvals/order/processes/expense")
    joint = {"name": "sales", "roles": ["sales_manager"]}, {"name": "finance", "roles": ["finance"]}
    step = {"name": "joint", "mode": "all", "voices": list(joint), "limit_seconds": 1}
    await adopt(order, "expense", routes=[{"steps": [step]}], ladder=process["ladder"])
    try:
        expense = await submitted(order)
        await asyncio.sleep(1.1)
        assert await DeadlineRunner(order.db, ENGINE.deadlines).fire_one()
        approval = await approval_of(order, expense)
        assert approval["level"] == 1
        assert f"role:{DEPUTY}" in approval["asked"]
        lower = await read(order, "approvals/order/processes/expense")
        body = {"routes": [{"steps": [step]}], "at_limit": "step_down"}
        path = "approvals/order/processes/expense"
        refused = await send(order, "administrator", path, body, seen=lower, method="PUT")
        assert code(refused) == (422, "invalid_process")
    finally:
        names = ("routes", "at_limit", "ladder", "currency")
        await adopt(order, "expense", **{name: process[name] for name in names})


async def test_an_expense_says_what_it_is_for(order: ServiceUnderTest) -> None:
    """S109: the customer is that of the contract; what one does not see is not there."""
    buyer, other = await customer(order), await customer(order)
    contract = await signed_contract(order, buyer)
    expense = await drafted(order, contract_id=contract["id"])
    assert (expense["customer_id"], expense["region"]) == (str(buyer), contract["region"])
    body = {
        "category": "sales",
        "payee": "某公司",
        "purpose": "礼品",
        "amount": money("1.00"),
        "contract_id": contract["id"],
    }
    refused = await send(order, SELLER, "expenses", body | {"customer_id": str(other)})
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/contract_id"]
    assert (await send(order, SELLER, "expenses", body, name="外人")).status_code == 404
    for field, value in (
        ("amount", money("0.00")),
        ("amount", money("-1.00")),
        ("amount", {"amount": 1.5, "currency": "CNY"}),
        ("category", "gift"),
        ("payee", " "),
        ("purpose", None),
    ):
        refused = await send(order, SELLER, "expenses", body | {field: value})
        assert refused.status_code == 422
    assert (await send(order, "warehouse", "expenses", body)).status_code == 403


async def test_expenses_are_listed_as_far_as_one_sees(order: ServiceUnderTest) -> None:
    """S109, S215."""
    buyer = await customer(order)
    first = await drafted(order, customer_id=str(buyer), category="travel")
    second = await submitted(order, customer_id=str(buyer))
    for query, expected in (
        (f"customer_id={buyer}", [second, first]),
        (f"customer_id={buyer}&sort=number", [first, second]),
        (f"customer_id={buyer}&category=travel", [first]),
        (f"customer_id={buyer}&status=in_approval", [second]),
        (f"number={first['number']}", [first]),
    ):
        found = (await read(order, f"expenses?{query}"))["items"]
        assert [each["id"] for each in found] == [each["id"] for each in expected]
    path = f"expenses/{first['id']}"
    hidden = await send(order, SELLER, path, method="GET", name="外人")
    assert hidden.status_code == 404
    listed = await done(order, SELLER, f"expenses?customer_id={buyer}", method="GET", name="外人")
    assert listed["items"] == []
