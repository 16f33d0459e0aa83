"""Amendments of contracts: proposed, approved by the general manager, another revision; and the end
of a contract before its time."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.support.amending import (
    BOSS,
    adopt,
    amended,
    approval_of,
    contract_now,
    decided,
    kept,
    proposed,
    terminated,
    try_to_decide,
    try_to_propose,
)
from tests.support.fulfilment import allocated, delivered, invoiced, received, share
from tests.support.opportunity import deliver, money
from tests.support.order import (
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
    placed_order,
    product,
    read,
    reviewed_order,
    seller,
    send,
    signed_contract,
    submitted_contract,
)
from tests.support.quotes import quote
from tests.support.services import ServiceUnderTest


def code(answer: httpx.Response) -> tuple[int, str]:
    """How something was refused."""
    return answer.status_code, answer.json()["code"]


async def test_an_approved_amendment_is_the_next_revision(order: ServiceUnderTest) -> None:
    """S129: with an approval of its own; what was agreed before can still be read."""
    contract = await signed_contract(order, await customer(order), terms="货到付款")
    sold = await product(order)
    lines = [kept(contract, "12"), line(sold, "2", "50.00")]
    amendment = await proposed(order, contract, lines=lines, terms="款到发货", ends_on="2099-12-31")
    assert (amendment["status"], amendment["number"]) == ("in_approval", f"{contract['number']}-2")
    assert (amendment["total_before"], amendment["total"]) == (money("1000.00"), money("1300.00"))
    assert await contract_now(order, contract) == contract
    approval = await approval_of(order, amendment)
    assert (approval["document_type"], approval["asked"]) == (
        "contract_amendment",
        ["role:general_manager"],
    )
    assert (approval["amount"], approval["content_hash"]) == (
        money("1300.00"),
        amendment["content_hash"],
    )
    approval = await decided(order, amendment, comment="同意")
    after = await contract_now(order, contract)
    assert (after["revision"], after["status"]) == (2, "signed")
    assert (after["total"], after["terms"], after["ends_on"]) == (
        money("1300.00"),
        "款到发货",
        "2099-12-31",
    )
    assert after["lines"][0]["id"] == contract["lines"][0]["id"]
    assert after["approved_by"] == approval["opinions"][0]["given_by"]
    assert after["approved_hash"] == after["content_hash"] != contract["content_hash"]
    (before,) = (await read(order, f"contracts/{contract['id']}/revisions"))["items"]
    assert (before["revision"], before["total"], before["terms"]) == (
        1,
        money("1000.00"),
        "货到付款",
    )
    assert before["lines"] == contract["lines"]
    assert (before["content_hash"], before["approved_by"]) == (
        contract["content_hash"],
        contract["approved_by"],
    )
    assert (await events_of(order, contract["id"]))[-2:] == ["signed", "amended"]
    assert await events_of(order, amendment["id"]) == ["proposed", "decided"]
    events = await order.published("crm.order.contract.amended.v1")
    (told,) = (each["data"] for each in events if each["data"]["contract_id"] == contract["id"])
    assert (told["total"], told["revision"], told["kind"]) == (money("1300.00"), 2, "change")


async def test_revisions_add_up(order: ServiceUnderTest) -> None:
    """S129: each is kept, newest first or oldest first."""
    contract = await signed_contract(order, await customer(order))
    for days in (45, 60):
        contract = await amended(order, contract, payment_days=days)
    path = f"contracts/{contract['id']}/revisions"
    assert [each["payment_days"] for each in (await read(order, path))["items"]] == [45, 30]
    oldest = (await read(order, f"{path}?sort=revision"))["items"]
    assert [each["revision"] for each in oldest] == [1, 2]


async def test_a_price_cut_leaves_what_was_ordered_at_the_old_price(
    order: ServiceUnderTest,
) -> None:
    """S129: the line that orders take of stays; the rest is another line."""
    buyer = await customer(order)
    sold = await product(order)
    contract = await signed_contract(order, buyer, line(sold, "10"))
    under: Body = {"contract_id": contract["id"]}
    first = await approved_order(order, buyer, call(contract, "4"), **under)
    refused = await try_to_propose(order, contract, kind="price_cut", lines=[line(sold, "10")])
    assert code(refused) == (409, "below_ordered")
    lines = [kept(contract, "4"), line(sold, "6", "90.00")]
    contract = await amended(order, contract, kind="price_cut", lines=lines)
    assert contract["total"] == money("940.00")
    second = await approved_order(order, buyer, call(contract, "6", 1), **under)
    assert second["total"] == money("540.00")
    assert (await read(order, f"orders/{first['id']}"))["total"] == money("400.00")
    body = {"customer_id": str(buyer), "lines": [call(contract, "1")]} | under
    assert code(await send(order, SELLER, "orders", body)) == (409, "contract_exceeded")


async def test_less_than_was_ordered_is_not_agreed(order: ServiceUnderTest) -> None:
    """30, S129: neither when it is proposed, nor when an order came between."""
    buyer = await customer(order)
    contract = await signed_contract(order, buyer)
    under: Body = {"contract_id": contract["id"]}
    await placed_order(order, buyer, call(contract, "4"), **under)
    fewer: Body = {"kind": "return", "lines": [kept(contract, "3.9999")]}
    assert code(await try_to_propose(order, contract, **fewer)) == (409, "below_ordered")
    amendment = await proposed(order, contract, kind="return", lines=[kept(contract, "4")])
    between = await placed_order(order, buyer, call(contract, "1"), **under)
    refused = await try_to_decide(order, amendment)
    assert code(refused) == (409, "below_ordered")
    assert (await read(order, f"contract-amendments/{amendment['id']}"))["status"] == "in_approval"
    path = f"orders/{between['id']}/cancel"
    await done(order, SELLER, path, {"reason": "退货"}, seen=between)
    await decided(order, amendment)
    assert (await contract_now(order, contract))["total"] == money("400.00")


async def test_what_was_closed_undelivered_takes_nothing(order: ServiceUnderTest) -> None:
    """S129: its line may go, and what the order was keeps standing there."""
    buyer = await customer(order)
    contract = await signed_contract(order, buyer)
    ordered = await approved_order(order, buyer, call(contract, "4"), contract_id=contract["id"])
    await done(order, "sales_manager", f"orders/{ordered['id']}/close", seen=ordered)
    sold = await product(order)
    after = await amended(order, contract, kind="swap", lines=[line(sold)])
    assert [each["product_id"] for each in after["lines"]] == [str(sold)]
    closed = await read(order, f"orders/{ordered['id']}")
    assert closed["lines"][0]["contract_line_id"] == contract["lines"][0]["id"]


async def test_orders_stay_within_the_term_and_with_their_customer(order: ServiceUnderTest) -> None:
    """30, S129."""
    buyer, other = await customer(order), await customer(order)
    contract = await signed_contract(order, buyer)
    await placed_order(order, buyer, call(contract, "1"), contract_id=contract["id"])
    for body, expected in (
        ({"ends_on": "2020-01-01"}, "orders_outside_term"),
        ({"starts_on": "2099-01-01"}, "orders_outside_term"),
        ({"kind": "rename", "customer_id": str(other)}, "orders_of_customer"),
    ):
        assert code(await try_to_propose(order, contract, **body)) == (409, expected)


async def test_another_customer_takes_over_what_nobody_ordered_of(order: ServiceUnderTest) -> None:
    """S129: 更名."""
    buyer, other = await customer(order), await customer(order)
    contract = await signed_contract(order, buyer)
    ended = await placed_order(order, buyer, call(contract, "1"), contract_id=contract["id"])
    await done(order, SELLER, f"orders/{ended['id']}/cancel", {"reason": "更名"}, seen=ended)
    renamed = {"kind": "rename", "customer_id": str(other), "title": "受让合同"}
    contract = await amended(order, contract, **renamed)
    assert (contract["customer_id"], contract["title"]) == (str(other), "受让合同")
    await approved_order(order, other, call(contract, "2"), contract_id=contract["id"])
    body = {"customer_id": str(buyer), "contract_id": contract["id"]}
    refused = await send(order, SELLER, "orders", body | {"lines": [call(contract, "1")]})
    assert code(refused) == (409, "contract_not_in_force")
    gone = await customer(order, status="lost")
    refused = await try_to_propose(order, contract, kind="rename", customer_id=str(gone))
    assert code(refused) == (409, "customer_gone")


async def test_nobody_approves_what_they_wrote(order: ServiceUnderTest) -> None:
    """S129: whatever other role they have; and nobody but the general manager approves."""
    contract = await signed_contract(order, await customer(order))
    answer = await try_to_propose(order, contract, BOSS, name="孙八", payment_days=60)
    amendment = answer.json()
    assert code(await try_to_decide(order, amendment, name="孙八")) == (403, "approver_is_author")
    for role in ("deputy_general_manager", REVIEWER, "finance"):
        refused = await try_to_decide(order, amendment, role=role)
        assert refused.status_code == 403
    await decided(order, amendment)
    after = await contract_now(order, contract)
    assert set(amendment["authors"]) < set(after["authors"])


async def test_what_was_tampered_with_is_not_agreed(order: ServiceUnderTest) -> None:
    """S129: the approval is for what was proposed, whoever changed it since and by what means."""
    contract = await signed_contract(order, await customer(order))
    amendment = await proposed(order, contract, payment_days=60)
    statement = "UPDATE contract_amendment SET payment_days = $2 WHERE id = $1"
    async with order.db.reading() as conn:
        await conn.exec_driver_sql(statement, (amendment["id"], 999))
    assert code(await try_to_decide(order, amendment)) == (409, "content_changed")
    assert (await contract_now(order, contract))["payment_days"] == 30
    async with order.db.reading() as conn:
        await conn.exec_driver_sql(statement, (amendment["id"], 60))
    await decided(order, amendment)


async def test_who_approved_an_amendment_may_propose_the_next(order: ServiceUnderTest) -> None:
    """S129, S32: an author of the contract from then on; what they approved before stays right."""
    contract = await signed_contract(order, await customer(order))
    first = await proposed(order, contract, payment_days=60)
    answer = await try_to_decide(order, first, name="孙八")
    assert answer.status_code == 200
    contract = await contract_now(order, contract)
    answer = await try_to_propose(order, contract, BOSS, name="孙八", payment_days=45)
    await decided(order, answer.json())
    answer = await try_to_propose(
        order, await contract_now(order, contract), kind="termination", reason="客户违约"
    )
    assert code(await try_to_decide(order, answer.json(), name="孙八")) == (
        403,
        "approver_is_author",
    )
    await decided(order, answer.json())


async def test_who_drafted_a_contract_does_not_approve_its_amendment(
    order: ServiceUnderTest,
) -> None:
    """S121, S129."""
    body = {
        "title": "老板的合同",
        "customer_id": str(await customer(order)),
        "lines": [line(await product(order))],
    }
    drafted = await done(order, "sales_manager", "contracts", body, name="赵六")
    path = f"contracts/{drafted['id']}"
    contract = await done(order, REVIEWER, f"{path}/submit", seen=drafted, name="孙八")
    contract = await countersigned_contract(order, contract)
    contract = await done(order, BOSS, f"{path}/approve", seen=contract)
    amendment = (await try_to_propose(order, contract, REVIEWER, payment_days=60)).json()
    refused = await try_to_decide(order, amendment, name="赵六")
    assert code(refused) == (403, "approver_is_author")
    await decided(order, amendment)


@pytest.mark.parametrize(
    ("step", "status"), [("reject", "rejected"), ("return", "returned"), ("withdraw", "withdrawn")]
)
async def test_what_is_not_approved_changes_nothing(
    order: ServiceUnderTest, step: str, status: str
) -> None:
    """S129: another may be proposed afterwards, one at a time."""
    contract = await signed_contract(order, await customer(order))
    amendment = await proposed(order, contract, payment_days=60)
    second = await try_to_propose(order, contract, payment_days=90)
    assert code(second) == (409, "amendment_pending")
    by = SELLER if step == "withdraw" else BOSS
    await decided(order, amendment, step, by, comment="再议")
    assert (await read(order, f"contract-amendments/{amendment['id']}"))["status"] == status
    assert await contract_now(order, contract) == contract
    await amended(order, contract, payment_days=90)


@pytest.mark.parametrize("status", ["draft", "countersigning", "completed", "terminated"])
async def test_what_is_not_agreed_is_not_amended(order: ServiceUnderTest, status: str) -> None:
    """S129: drafts are changed without, and what has ended stays as it is."""
    buyer = await customer(order)
    if status in ("draft", "countersigning"):
        contract = await drafted_contract(order, buyer)
        if status == "countersigning":
            contract = await submitted_contract(order, contract)
    else:
        contract = await signed_contract(order, buyer)
        if status == "completed":
            path = f"contracts/{contract['id']}/complete"
            contract = await done(order, REVIEWER, path, seen=contract)
        else:
            contract = await terminated(order, contract)
    assert contract["status"] == status
    for kind in ("change", "termination"):
        body: Body = {"kind": kind} | ({"payment_days": 60} if kind == "change" else {})
        assert code(await try_to_propose(order, contract, **body)) == (409, "contract_state")


async def test_an_approved_contract_is_amended_before_it_is_signed(order: ServiceUnderTest) -> None:
    """S129: both sides sign what the amendment says."""
    drafted = await drafted_contract(order, await customer(order))
    contract = await countersigned_contract(order, await submitted_contract(order, drafted))
    path = f"contracts/{contract['id']}"
    contract = await done(order, BOSS, f"{path}/approve", seen=contract)
    contract = await amended(order, contract, title="补充后的合同")
    assert contract["status"] == "approved"
    signatures = {"signer": "王总", "customer_signer": "李经理"}
    signed = await done(order, SELLER, f"{path}/sign", signatures, seen=contract)
    assert (signed["status"], signed["title"]) == ("signed", "补充后的合同")


async def test_bad_proposals_are_refused(order: ServiceUnderTest) -> None:
    """S129: and change nothing."""
    contract = await signed_contract(order, await customer(order), ends_on="2099-01-01")
    other = await signed_contract(order, await customer(order))
    sold = await product(order)
    for body, pointer in (
        ({"lines": [kept(other)]}, "/lines/0/contract_line_id"),
        ({"lines": [kept(contract), kept(contract)]}, "/lines/1/contract_line_id"),
        ({"lines": [kept(contract) | {"discount": "0.5"}]}, "/lines/0"),
        ({"lines": [{"quantity": "1"}]}, "/lines/0/product_id"),
        ({"lines": [{"product_id": str(sold), "quantity": "1"}]}, "/lines/0/unit_price"),
        ({"lines": [line(sold, currency="USD")]}, "/lines/0/unit_price/currency"),
        ({"kind": "termination", "payment_days": 1}, "/kind"),
        ({"starts_on": "2099-06-01"}, "/ends_on"),
        ({"kind": "gift"}, "/kind"),
        ({"reason": " "}, "/reason"),
    ):
        refused = await try_to_propose(order, contract, **body)
        assert refused.status_code == 422, refused.text
        assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]
    same: list[Body] = [{}, {"payment_days": 30}, {"lines": [kept(contract)]}]
    for nothing in same:
        refused = await try_to_propose(order, contract, **nothing)
        assert code(refused) == (409, "nothing_amended")
    stale = contract | {"version": contract["version"] - 1}
    assert (await try_to_propose(order, stale, payment_days=60)).status_code == 412
    assert (await try_to_propose(order, contract, "warehouse", payment_days=60)).status_code == 403
    found = await read(order, f"contract-amendments?contract_id={contract['id']}")
    assert found["items"] == []


# -- discounts ---------------------------------------------------------------------------------


@pytest.fixture
async def lenient(order: ServiceUnderTest) -> Any:
    """Deputies may approve amendments; afterwards the shipped process is in force again."""
    shipped = await read(order, "approvals/order/processes/contract_amendment")
    voice = {"name": "deputy", "roles": ["deputy_general_manager", "general_manager"]}
    steps = [{"name": "approval", "mode": "single", "voices": [voice]}]
    await adopt(order, "contract_amendment", routes=[{"steps": steps}])
    yield
    names = ("routes", "at_limit", "ladder", "currency")
    await adopt(order, "contract_amendment", **{name: shipped[name] for name in names})


@pytest.mark.usefixtures("lenient")
async def test_a_process_does_not_widen_the_authority_over_discounts(
    order: ServiceUnderTest,
) -> None:
    """S108, S129: a price that is lowered by amendment needs whom it would need in a contract."""
    contract = await signed_contract(order, await customer(order))
    sold = contract["lines"][0]["product_id"]
    cut = {"kind": "price_cut", "lines": [line(sold, "10", "91.00")]}
    amendment = await proposed(order, contract, **cut)
    assert (amendment["required_role"], amendment["discount"]) == ("general_manager", "0.090000")
    refused = await try_to_decide(order, amendment, role="deputy_general_manager")
    assert code(refused) == (403, "authority_exceeded")
    assert await contract_now(order, contract) == contract
    await decided(order, amendment)
    after = await contract_now(order, contract)
    assert (after["approved_role"], after["required_role"]) == ("general_manager",) * 2
    assert after["lines"][0]["list_price"] == money("100.00")


@pytest.mark.usefixtures("lenient")
async def test_the_prices_of_a_quote_are_judged_when_an_amendment_changes_them(
    order: ServiceUnderTest,
) -> None:
    """S108, S129: not before, as they were approved in the quote."""
    buyer = await customer(order)
    accepted = quote(buyer, owner_id=seller(order), chain="contract_first")
    await deliver(order, accepted, accepted.quote_id)
    (found,) = (await read(order, f"contracts?customer_id={buyer}"))["items"]
    drafted = await read(order, f"contracts/{found['id']}")
    contract = await countersigned_contract(order, await submitted_contract(order, drafted))
    contract = await done(order, BOSS, f"contracts/{contract['id']}/approve", seen=contract)
    later = await proposed(order, contract, payment_days=10)
    assert (later["required_role"], later["discount"]) == (None, None)
    await decided(order, later, role="deputy_general_manager")
    contract = await contract_now(order, contract)
    assert (contract["revision"], contract["approved_role"]) == (2, None)
    special = await product(order, listed=None)
    more = [*(kept(contract, place=each) for each in range(len(contract["lines"])))]
    amendment = await proposed(order, contract, lines=[*more, line(special, "1", "5.00")])
    assert amendment["required_role"] == "general_manager"
    refused = await try_to_decide(order, amendment, role="deputy_general_manager")
    assert code(refused) == (403, "authority_exceeded")
    await decided(order, amendment)
    assert (await contract_now(order, contract))["discount"] is not None


async def test_a_process_is_chosen_by_kind_and_the_larger_amount(order: ServiceUnderTest) -> None:
    """S129, S219: halving a contract asks whom the whole asks."""
    shipped = await read(order, "approvals/order/processes/contract_amendment")

    def step(role: str) -> Body:
        return {"name": role, "mode": "single", "voices": [{"name": role, "roles": [role]}]}

    boss = step("general_manager")
    routes = [
        {"up_to": "900.00", "steps": [step("deputy_general_manager")]},
        {"over": "900.00", "steps": [boss]},
        {"attributes": [{"name": "kind", "value": "return"}], "steps": [step("finance"), boss]},
    ]
    await adopt(order, "contract_amendment", routes=routes)
    try:
        buyer = await customer(order)
        for body, quantity, asked in (
            ({"kind": "change"}, "5", "role:general_manager"),
            ({"kind": "return"}, "5", "role:finance"),
        ):
            contract = await signed_contract(order, buyer)
            amendment = await proposed(order, contract, lines=[kept(contract, quantity)], **body)
            assert (await approval_of(order, amendment))["asked"] == [asked]
        await decided(order, amendment, role="finance")
        assert (await contract_now(order, contract))["revision"] == 1
        await decided(order, amendment)
        assert (await contract_now(order, contract))["revision"] == 2
    finally:
        names = ("routes", "at_limit", "ladder", "currency")
        await adopt(order, "contract_amendment", **{name: shipped[name] for name in names})


# -- the end -----------------------------------------------------------------------------------


async def test_a_contract_is_ended_by_the_general_manager(order: ServiceUnderTest) -> None:
    """S129: proposed, approved, told; nothing is ordered afterwards."""
    buyer = await customer(order)
    contract = await signed_contract(order, buyer)
    amendment = await proposed(order, contract, kind="termination", reason="客户违约")
    assert (await approval_of(order, amendment))["document_type"] == "contract_termination"
    refused = await try_to_decide(order, amendment, role="deputy_general_manager")
    assert refused.status_code == 403
    await decided(order, amendment)
    after = await contract_now(order, contract)
    assert (after["status"], after["reason"], after["revision"]) == ("terminated", "客户违约", 1)
    assert (await events_of(order, contract["id"]))[-1] == "terminated"
    body = {"customer_id": str(buyer), "contract_id": contract["id"]}
    refused = await send(order, SELLER, "orders", body | {"lines": [call(contract, "1")]})
    assert code(refused) == (409, "contract_not_in_force")


async def test_a_contract_with_open_orders_is_not_ended(order: ServiceUnderTest) -> None:
    """S129: they are closed or cancelled first; what is invoiced stays to be paid."""
    buyer = await customer(order)
    contract = await signed_contract(order, buyer)
    under: Body = {"contract_id": contract["id"]}
    waiting = await placed_order(order, buyer, call(contract, "1"), **under)
    refused = await try_to_propose(order, contract, kind="termination")
    assert (refused.status_code, refused.json()["open_orders"]) == (409, 1)
    path = f"orders/{waiting['id']}/cancel"
    await done(order, SELLER, path, {"reason": "退订"}, seen=waiting)
    amendment = await proposed(order, contract, kind="termination")
    between = await approved_order(order, buyer, call(contract, "3"), **under)
    assert code(await try_to_decide(order, amendment)) == (409, "open_orders")
    invoice = await invoiced(order, await delivered(order, between))
    seen = await read(order, f"orders/{between['id']}")
    await done(order, REVIEWER, f"orders/{between['id']}/close", seen=seen)
    await decided(order, amendment)
    assert (await contract_now(order, contract))["status"] == "terminated"
    receipt = await received(order, buyer, "300.00")
    await allocated(order, receipt, share(invoice))
    assert (await read(order, f"invoices/{invoice['id']}"))["status"] == "settled"


async def test_what_an_amendment_leaves_nothing_to_do_of_is_completed(
    order: ServiceUnderTest,
) -> None:
    """S129, S131: four of ten are delivered and paid, the rest is given up."""
    buyer = await customer(order)
    contract = await signed_contract(order, buyer)
    ordered = await approved_order(order, buyer, call(contract, "4"), contract_id=contract["id"])
    invoice = await invoiced(order, await delivered(order, ordered))
    await allocated(order, await received(order, buyer, "400.00"), share(invoice))
    after = await amended(order, contract, kind="return", lines=[kept(contract, "4")])
    assert after["status"] == "completed"
    assert (await events_of(order, contract["id"]))[-2:] == ["amended", "completed"]


async def test_nobody_decides_on_what_is_completed(order: ServiceUnderTest) -> None:
    """S129: the amendment that waited ends with its contract."""
    contract = await signed_contract(order, await customer(order))
    amendment = await proposed(order, contract, payment_days=60)
    await done(order, REVIEWER, f"contracts/{contract['id']}/complete", seen=contract)
    assert (await approval_of(order, amendment))["status"] == "withdrawn"
    assert (await read(order, f"contract-amendments/{amendment['id']}"))["status"] == "withdrawn"


async def test_the_performance_table_has_the_present_amount(order: ServiceUnderTest) -> None:
    """S131: and says since when, and of which revision."""
    buyer = await customer(order)
    contract = await signed_contract(order, buyer)
    contract = await amended(order, contract, kind="return", lines=[kept(contract, "7")])
    (row,) = (await read(order, f"contract-performance?contract_id={contract['id']}"))["items"]
    assert (row["total"], row["revision"]) == (money("700.00"), 2)
    assert row["approved_at"] == contract["approved_at"]


async def test_amendments_are_listed(order: ServiceUnderTest) -> None:
    buyer = await customer(order)
    contract = await signed_contract(order, buyer)
    first = await proposed(order, contract, payment_days=60)
    await decided(order, first, "reject", comment="不行")
    second = await proposed(order, contract, kind="termination")
    for query, expected in (
        (f"contract_id={contract['id']}", [second, first]),
        (f"customer_id={buyer}&sort=proposed", [first, second]),
        (f"contract_id={contract['id']}&status=rejected", [first]),
        (f"contract_id={contract['id']}&kind=termination", [second]),
    ):
        found = (await read(order, f"contract-amendments?{query}"))["items"]
        assert [each["id"] for each in found] == [each["id"] for each in expected]


async def test_what_is_left_is_ordered_or_given_up(order: ServiceUnderTest) -> None:
    """S129, 30: an order is placed while an amendment that leaves no room for it is approved: one
    of the two is refused, whoever comes first."""
    buyer = await customer(order)
    for _ in range(6):
        contract = await signed_contract(order, buyer)
        amendment = await proposed(order, contract, kind="return", lines=[kept(contract, "4")])
        body = {"customer_id": str(buyer), "contract_id": contract["id"]}
        ordered, decision = await asyncio.gather(
            send(order, SELLER, "orders", body | {"lines": [call(contract, "5")]}),
            try_to_decide(order, amendment),
        )
        after = await contract_now(order, contract)
        if decision.status_code == 200:
            assert code(ordered) == (409, "contract_exceeded")
            assert after["total"] == money("400.00")
        else:
            assert code(decision) == (409, "below_ordered")
            assert (ordered.status_code, after["total"]) == (201, money("1000.00"))


async def test_a_contract_is_ended_or_ordered_under(order: ServiceUnderTest) -> None:
    """S129: nothing is ordered under what has ended."""
    buyer = await customer(order)
    for _ in range(6):
        contract = await signed_contract(order, buyer)
        amendment = await proposed(order, contract, kind="termination")
        body = {"customer_id": str(buyer), "contract_id": contract["id"]}
        ordered, decision = await asyncio.gather(
            send(order, SELLER, "orders", body | {"lines": [call(contract, "5")]}),
            try_to_decide(order, amendment),
        )
        outcomes = {ordered.status_code, decision.status_code}
        assert outcomes in ({201, 409}, {200, 409}), (ordered.text, decision.text)
        assert (await contract_now(order, contract))["status"] == (
            "terminated" if decision.status_code == 200 else "signed"
        )


async def test_two_amendments_at_once_are_one(order: ServiceUnderTest) -> None:
    """S129."""
    contract = await signed_contract(order, await customer(order))
    answers = await asyncio.gather(
        *(try_to_propose(order, contract, payment_days=days) for days in range(40, 46))
    )
    codes = sorted(each.status_code for each in answers)
    assert codes == [201, *[409] * 5]


async def test_an_order_of_before_is_reviewed_after(order: ServiceUnderTest) -> None:
    """S129: it keeps what it was placed with."""
    buyer = await customer(order)
    contract = await signed_contract(order, buyer)
    placed = await placed_order(order, buyer, call(contract, "4"), contract_id=contract["id"])
    await amended(order, contract, lines=[kept(contract, "20")], payment_days=5)
    approved = await reviewed_order(order, placed)
    assert (approved["total"], approved["payment_days"]) == (money("400.00"), 30)
