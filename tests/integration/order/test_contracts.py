"""Contracts: countersigned, approved, signed, registered; and the orders called off them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.support.opportunity import money
from tests.support.order import (
    COUNTERSIGNERS,
    REVIEWER,
    SELLER,
    Body,
    approved_order,
    call,
    countersigned_contract,
    customer,
    done,
    drafted_contract,
    events_of,
    line,
    permit,
    placed_order,
    product,
    read,
    reviewed_order,
    send,
    signed_contract,
    submitted_contract,
    try_to_review,
)
from tests.support.services import ServiceUnderTest


async def test_a_contract_goes_from_draft_to_signature(order: ServiceUnderTest) -> None:
    """S117, S121, S122, S132."""
    buyer = await customer(order)
    drafted = await drafted_contract(
        order,
        buyer,
        line(await product(order), "3", "9.99", discount="0.05"),
        terms="货到付款",
        payment_days=60,
        starts_on="2026-01-01",
        ends_on="2027-12-31",
    )
    assert drafted["total"] == money("28.47")
    submitted = await submitted_contract(order, drafted)
    assert submitted["waiting_for"] == ["sales", "technical", "finance", "legal"]
    agreed = await countersigned_contract(order, submitted)
    assert [(each["department"], each["remark"]) for each in agreed["opinions"]] == [
        (department, "同意") for department in COUNTERSIGNERS
    ]
    path = f"contracts/{drafted['id']}"
    approved = await done(order, "general_manager", f"{path}/approve", seen=agreed)
    assert approved["approved_hash"] == submitted["content_hash"]
    signatures = {"signer": "王总", "customer_signer": "李经理", "signed_on": "2026-11-20"}
    signed = await done(order, SELLER, f"{path}/sign", signatures, seen=approved)
    assert (signed["status"], signed["signed_on"]) == ("signed", "2026-11-20")
    assert await read(order, path) == signed
    assert await events_of(order, drafted["id"]) == [
        *("drafted", "submitted"),
        *("countersigned", "countersigned", "countersigned", "countersigned"),
        *("approved", "signed"),
    ]


async def test_a_department_is_spoken_for_by_those_who_may(order: ServiceUnderTest) -> None:
    """S122."""
    contract = await submitted_contract(order, await drafted_contract(order, await customer(order)))
    path = f"contracts/{contract['id']}/countersign"
    body = {"department": "finance", "verdict": "agree"}
    for role in ("sales_manager", "general_manager", "warehouse"):
        refused = await send(order, role, path, body, seen=contract)
        assert refused.status_code == 403
        assert refused.json()["permission"] == "contract.countersign.finance"
    assert (await send(order, SELLER, path, body, seen=contract)).status_code == 403
    agreed = await done(order, "finance", path, body, seen=contract)
    assert "finance" not in agreed["waiting_for"]
    again = await send(order, "finance", path, body, seen=agreed)
    assert again.json()["code"] == "countersign_not_asked"


async def test_a_disagreement_sends_the_contract_back(order: ServiceUnderTest) -> None:
    """S122: changed, it goes the whole way again."""
    contract = await submitted_contract(order, await drafted_contract(order, await customer(order)))
    path = f"contracts/{contract['id']}"
    body = {"department": "finance", "verdict": "disagree", "remark": "账期太长"}
    rejected = await done(order, "finance", f"{path}/countersign", body, seen=contract)
    assert (rejected["status"], rejected["reason"]) == ("rejected", "账期太长")
    shorter = {"payment_days": 15}
    changed = await done(order, SELLER, path, shorter, seen=rejected, method="PATCH")
    assert (changed["status"], changed["content_hash"]) == ("draft", None)
    again = await submitted_contract(order, changed)
    assert len(again["waiting_for"]) == 4
    assert again["content_hash"] != contract["content_hash"]
    assert [each["round"] for each in again["opinions"]] == [1]


async def test_the_author_does_not_approve(order: ServiceUnderTest) -> None:
    """S121: whatever other role the author has."""
    body = {
        "title": "自己的合同",
        "customer_id": str(await customer(order)),
        "lines": [line(await product(order))],
    }
    drafted = await done(order, "sales_manager", "contracts", body, name="赵六")
    path = f"contracts/{drafted['id']}"
    contract = await done(order, REVIEWER, f"{path}/submit", seen=drafted, name="孙八")
    opinion = {"department": "sales", "verdict": "agree"}
    own = await send(order, REVIEWER, f"{path}/countersign", opinion, seen=contract, name="赵六")
    assert (own.status_code, own.json()["code"]) == (403, "own_contract")
    contract = await countersigned_contract(order, contract)
    own = await send(order, "general_manager", f"{path}/approve", seen=contract, name="赵六")
    assert (own.status_code, own.json()["code"]) == (403, "own_contract")


async def test_who_edits_a_contract_neither_countersigns_nor_approves_it(
    order: ServiceUnderTest,
) -> None:
    """S121, S122: edits count from any round."""
    drafted = await drafted_contract(order, await customer(order))
    path = f"contracts/{drafted['id']}"
    longer = {"payment_days": 365}
    edited = await done(
        order, "sales_manager", path, longer, seen=drafted, method="PATCH", name="赵六"
    )
    contract = await submitted_contract(order, edited)
    opinion = {"department": "sales", "verdict": "agree"}
    own = await send(order, REVIEWER, f"{path}/countersign", opinion, seen=contract, name="赵六")
    assert (own.status_code, own.json()["code"]) == (403, "own_contract")
    contract = await countersigned_contract(order, contract)
    own = await send(order, "general_manager", f"{path}/approve", seen=contract, name="赵六")
    assert (own.status_code, own.json()["code"]) == (403, "own_contract")
    approved = await done(order, "general_manager", f"{path}/approve", seen=contract)
    assert approved["status"] == "approved"


async def test_one_person_has_one_voice(order: ServiceUnderTest) -> None:
    """S122: the deputy may speak for two departments and approve, but not in person for both."""
    contract = await submitted_contract(order, await drafted_contract(order, await customer(order)))
    path = f"contracts/{contract['id']}"
    deputy = "deputy_general_manager"
    legal = {"department": "legal", "verdict": "agree"}
    contract = await done(order, deputy, f"{path}/countersign", legal, seen=contract, name="钱七")
    technical = {"department": "technical", "verdict": "agree"}
    twice = await send(order, deputy, f"{path}/countersign", technical, seen=contract, name="钱七")
    assert (twice.status_code, twice.json()["code"]) == (403, "spoken_already")
    contract = await countersigned_contract(order, contract)
    twice = await send(order, deputy, f"{path}/approve", seen=contract, name="钱七")
    assert (twice.status_code, twice.json()["code"]) == (403, "spoken_already")
    approved = await done(order, deputy, f"{path}/approve", seen=contract, name="孙八")
    assert approved["status"] == "approved"


@pytest.mark.parametrize("role", ["account_manager", "sales_manager", "finance"])
async def test_only_the_top_approves(order: ServiceUnderTest, role: str) -> None:
    """S121."""
    contract = await submitted_contract(order, await drafted_contract(order, await customer(order)))
    path = f"contracts/{contract['id']}/approve"
    assert (await send(order, role, path, seen=contract)).status_code == 403
    early = await send(order, "general_manager", path, seen=contract)
    assert early.json()["code"] == "contract_state"


async def test_a_submitted_contract_is_not_edited(order: ServiceUnderTest) -> None:
    """S121: what was submitted is what is approved."""
    contract = await submitted_contract(order, await drafted_contract(order, await customer(order)))
    path = f"contracts/{contract['id']}"
    refused = await send(order, SELLER, path, {"terms": "x"}, seen=contract, method="PATCH")
    assert (refused.status_code, refused.json()["code"]) == (409, "contract_state")


async def test_the_register_has_no_gap(order: ServiceUnderTest) -> None:
    """S132: a refused draft takes no number."""
    buyer = await customer(order)
    first = await drafted_contract(order, buyer)
    body = {
        "title": "倒着走",
        "customer_id": str(buyer),
        "lines": [line(await product(order))],
        "starts_on": "2026-12-01",
        "ends_on": "2026-11-01",
    }
    refused = await send(order, SELLER, "contracts", body)
    assert refused.json()["errors"][0]["pointer"] == "/ends_on"
    second = await drafted_contract(order, buyer)
    assert int(second["number"][2:]) == int(first["number"][2:]) + 1


async def test_nothing_is_agreed_with_a_lost_customer(order: ServiceUnderTest) -> None:
    body = {
        "title": "太晚了",
        "customer_id": str(await customer(order, status="lost")),
        "lines": [line(await product(order))],
    }
    refused = await send(order, SELLER, "contracts", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "customer_gone")


async def test_orders_take_no_more_than_the_contract_leaves(order: ServiceUnderTest) -> None:
    """S120, S121: over several orders; a cancelled one gives back."""
    buyer = await customer(order)
    sold = await product(order)
    contract = await signed_contract(order, buyer, line(sold, "10", "7.00", discount="0.1"))
    under = {"contract_id": contract["id"], "chain": "contract_first"}
    first = await placed_order(order, buyer, call(contract, "6"), **under)
    assert first["lines"][0]["product_id"] == str(sold)
    assert (first["total"], first["payment_days"]) == (money("37.80"), 30)
    body = {"customer_id": str(buyer), "lines": [call(contract, "4.0001")]} | under
    refused = await send(order, SELLER, "orders", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "contract_exceeded")
    await placed_order(order, buyer, call(contract, "4"), **under)
    path = f"orders/{first['id']}/cancel"
    await done(order, SELLER, path, {"reason": "改期"}, seen=first)
    await placed_order(order, buyer, call(contract, "3"), call(contract, "3"), **under)


async def test_a_rejected_order_takes_nothing_until_it_is_placed_again(
    order: ServiceUnderTest,
) -> None:
    """S121: then it is measured anew."""
    buyer = await customer(order)
    contract = await signed_contract(order, buyer)
    under = {"contract_id": contract["id"], "chain": "contract_first"}
    first = await placed_order(order, buyer, call(contract, "10"), **under)
    path = f"orders/{first['id']}"
    rejected = await done(order, REVIEWER, f"{path}/reject", {"reason": "分批"}, seen=first)
    await placed_order(order, buyer, call(contract, "4"), **under)
    refused = await send(order, SELLER, path, {"note": "再来"}, seen=rejected, method="PATCH")
    assert refused.json()["code"] == "contract_exceeded"
    body: Body = {"lines": [call(contract, "6")]}
    again = await done(order, SELLER, path, body, seen=rejected, method="PATCH")
    assert (again["status"], again["lines"][0]["quantity"]) == ("placed", "6.0000")


async def test_an_order_is_not_paid_later_than_its_contract_says(
    order: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S121: nor its invoice; sooner is no matter."""
    permit(order, monkeypatch)
    buyer = await customer(order)
    contract = await signed_contract(order, buyer)
    under = {"contract_id": contract["id"], "chain": "invoice_first"}
    body = {"customer_id": str(buyer), "lines": [call(contract, "1")], "payment_days": 31} | under
    refused = await send(order, SELLER, "orders", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "payment_term_exceeded")
    placed = await done(order, SELLER, "orders", body | {"payment_days": 7})
    path = f"orders/{placed['id']}"
    longer = {"payment_days": 31}
    refused = await send(order, SELLER, path, longer, seen=placed, method="PATCH")
    assert (refused.status_code, refused.json()["code"]) == (409, "payment_term_exceeded")
    approved = await reviewed_order(order, placed)
    invoice = {"order_id": approved["id"]}
    refused = await send(order, "finance", "invoices", invoice | longer)
    assert (refused.status_code, refused.json()["code"]) == (409, "payment_term_exceeded")
    drafted = await done(order, "finance", "invoices", invoice)
    assert drafted["payment_days"] == 7


async def test_prices_under_a_contract_are_the_contracts(order: ServiceUnderTest) -> None:
    """Whoever orders does not name a price, nor lines of another contract."""
    buyer = await customer(order)
    contract = await signed_contract(order, buyer)
    other = await signed_contract(order, buyer)
    body: Body = {"customer_id": str(buyer), "contract_id": contract["id"]}
    for lines, pointer in (
        ([line(await product(order))], "/lines/0/contract_line_id"),
        ([call(contract, "1") | {"unit_price": money("0.01")}], "/lines/0"),
        ([call(contract, "1"), call(other, "1")], "/lines/1/contract_line_id"),
    ):
        refused = await send(order, SELLER, "orders", body | {"lines": lines})
        assert refused.status_code == 422
        assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]


async def test_orders_are_placed_under_ones_own_signed_contract_in_its_term(
    order: ServiceUnderTest,
) -> None:
    """S121."""
    buyer, other = await customer(order), await customer(order)
    draft = await drafted_contract(order, buyer)
    tomorrow = str(date.today() + timedelta(days=3))
    later = await signed_contract(order, buyer, starts_on=tomorrow)
    ended = await signed_contract(order, buyer, ends_on="2026-01-01")
    signed = await signed_contract(order, buyer)
    for contract, who in ((draft, buyer), (later, buyer), (ended, buyer), (signed, other)):
        lines = [call(contract, "1")]
        body = {"customer_id": str(who), "contract_id": contract["id"], "lines": lines}
        refused = await send(order, SELLER, "orders", body)
        assert (refused.status_code, refused.json()["code"]) == (409, "contract_not_in_force")


async def test_who_wrote_on_a_contract_does_not_review_what_is_ordered_under_it(
    order: ServiceUnderTest,
) -> None:
    """S123: somebody else called it off; a third person reviews it."""
    buyer = await customer(order)
    drafted = await drafted_contract(order, buyer)
    path = f"contracts/{drafted['id']}"
    longer = {"payment_days": 60}
    edited = await done(
        order, "sales_manager", path, longer, seen=drafted, method="PATCH", name="赵六"
    )
    contract = await countersigned_contract(order, await submitted_contract(order, edited))
    contract = await done(order, "general_manager", f"{path}/approve", seen=contract)
    signatures = {"signer": "王总", "customer_signer": "李经理"}
    contract = await done(order, SELLER, f"{path}/sign", signatures, seen=contract)
    placed = await placed_order(order, buyer, call(contract, "1"), contract_id=contract["id"])
    own = await try_to_review(order, placed, name="赵六")
    assert (own.status_code, own.json()["code"]) == (403, "own_order")
    await reviewed_order(order, placed)


async def test_a_contract_with_open_orders_is_not_completed(order: ServiceUnderTest) -> None:
    """S131."""
    buyer = await customer(order)
    contract = await signed_contract(order, buyer)
    placed = await approved_order(order, buyer, call(contract, "1"), contract_id=contract["id"])
    path = f"contracts/{contract['id']}/complete"
    refused = await send(order, REVIEWER, path, seen=contract)
    assert (refused.status_code, refused.json()["open_orders"]) == (409, 1)
    await done(order, REVIEWER, f"orders/{placed['id']}/close", seen=placed)
    completed = await done(order, REVIEWER, path, seen=contract)
    assert completed["status"] == "completed"


async def test_the_register_is_listed_by_customer_status_and_number(
    order: ServiceUnderTest,
) -> None:
    """S132."""
    buyer = await customer(order)
    signed = await signed_contract(order, buyer)
    draft = await drafted_contract(order, buyer)
    for query, expected in (
        (f"customer_id={buyer}&sort=number", [signed["id"], draft["id"]]),
        (f"customer_id={buyer}&status=signed", [signed["id"]]),
        (f"number={draft['number']}", [draft["id"]]),
        (f"customer_id={buyer}&signed_from={signed['signed_on']}", [signed["id"]]),
        (f"customer_id={buyer}&signed_to=2020-01-01", []),
    ):
        found = (await read(order, f"contracts?{query}"))["items"]
        assert [each["id"] for each in found] == expected
