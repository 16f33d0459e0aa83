"""Two sessions at once: balances, limits and contracts give nothing away twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from decimal import Decimal

import httpx

from shared.domain.ids import new_id
from tests.support.opportunity import money
from tests.support.order import (
    SELLER,
    account,
    approved_order,
    call,
    countersigned_contract,
    customer,
    done,
    drafted_contract,
    line,
    placed_order,
    prepaid,
    product,
    read,
    send,
    signed_contract,
    submitted_contract,
    try_to_review,
)
from tests.support.services import ServiceUnderTest

#: Enough tries that a missing lock is found, few enough to be quick.
CONTENDERS = 6


def outcomes(answers: list[httpx.Response]) -> Counter[str]:
    """How many answers had which status of the document, or which refusal."""
    return Counter(
        body["status"] if isinstance(body["status"], str) else body["code"]
        for body in (answer.json() for answer in answers)
    )


async def test_one_balance_covers_one_order(order: ServiceUnderTest) -> None:
    """S165: approve against approve, of different orders of one prepaid customer."""
    buyer = await customer(order, settlement=None)
    await prepaid(order, buyer, "2500.00")
    placed = [await placed_order(order, buyer) for _ in range(CONTENDERS)]
    answers = await asyncio.gather(*(try_to_review(order, each) for each in placed))
    assert outcomes(answers) == {"approved": 2, "awaiting_funds": CONTENDERS - 2}
    (funds,) = (await read(order, f"prepayments?customer_id={buyer}"))["items"]
    assert (funds["held"], funds["available"]) == (money("2000.00"), money("500.00"))


async def test_one_limit_is_used_once(order: ServiceUnderTest) -> None:
    """S167: approve against approve, on credit."""
    buyer = await customer(order, "credit", limit="3999.99")
    placed = [await placed_order(order, buyer) for _ in range(CONTENDERS)]
    answers = await asyncio.gather(*(try_to_review(order, each) for each in placed))
    assert outcomes(answers) == {"approved": 3, "awaiting_funds": CONTENDERS - 3}
    assert (await account(order, buyer))["committed"] == money("3000.00")


async def test_one_order_is_approved_once(order: ServiceUnderTest) -> None:
    """S123: approve against approve, of the same order; the loser saw an old version."""
    buyer = await customer(order, settlement=None)
    await prepaid(order, buyer, "9000.00")
    placed = await placed_order(order, buyer)
    answers = await asyncio.gather(*(try_to_review(order, placed) for _ in range(CONTENDERS)))
    assert outcomes(answers) == {"approved": 1, "stale_version": CONTENDERS - 1}
    (funds,) = (await read(order, f"prepayments?customer_id={buyer}"))["items"]
    assert funds["held"] == money("1000.00")


async def test_an_order_is_cancelled_or_approved(order: ServiceUnderTest) -> None:
    """S123, S165: cancel against approve; no hold stays behind a cancelled order."""
    for _ in range(CONTENDERS):
        buyer = await customer(order, settlement=None)
        await prepaid(order, buyer, "1000.00")
        placed = await placed_order(order, buyer)
        path = f"orders/{placed['id']}"
        answers = await asyncio.gather(
            try_to_review(order, placed),
            send(order, SELLER, f"{path}/cancel", {"reason": "不要了"}, seen=placed),
        )
        after = await read(order, path)
        assert outcomes(list(answers)) == {after["status"]: 1, "stale_version": 1}
        (funds,) = (await read(order, f"prepayments?customer_id={buyer}"))["items"]
        held = "1000.00" if after["status"] == "approved" else "0.00"
        assert funds["held"] == money(held)


async def test_money_is_held_or_refunded(order: ServiceUnderTest) -> None:
    """S164, S165: hold against refund of the same money."""
    for _ in range(CONTENDERS):
        buyer = await customer(order, settlement=None)
        funds = await prepaid(order, buyer, "1500.00")
        placed = await placed_order(order, buyer)
        refund = {"amount": money("1000.00")}
        path = f"prepayments/{funds['id']}/refund"
        async with order.client("finance") as client:
            headers = {"If-Match": "*", "Idempotency-Key": str(new_id())}
            reviewed, refunded = await asyncio.gather(
                try_to_review(order, placed),
                client.post(f"/v1/{path}", json=refund, headers=headers),
            )
        won = refunded.status_code == 200
        assert reviewed.json()["status"] == ("awaiting_funds" if won else "approved")
        after = await read(order, f"prepayments/{funds['id']}")
        assert after["balance"] == money("500.00" if won else "1500.00")


async def test_the_first_credits_of_a_customer_open_one_account(order: ServiceUnderTest) -> None:
    """S164: credit against credit, and none is lost."""
    buyer = await customer(order)
    await asyncio.gather(*(prepaid(order, buyer, "10.00") for _ in range(CONTENDERS)))
    (funds,) = (await read(order, f"prepayments?customer_id={buyer}"))["items"]
    assert funds["balance"] == money(str(Decimal(10 * CONTENDERS) + Decimal("0.00")))
    assert funds["version"] == CONTENDERS


async def test_a_repeated_credit_is_one_credit(order: ServiceUnderTest) -> None:
    """The same key many times at once: one effect, the others are told to wait or replayed."""
    buyer = await customer(order)
    body = {"customer_id": str(buyer), "amount": money("10.00")}
    answers = await asyncio.gather(
        *(send(order, "finance", "prepayments", body, key="one") for _ in range(CONTENDERS))
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    (funds,) = (await read(order, f"prepayments?customer_id={buyer}"))["items"]
    assert funds["balance"] == money("10.00")


async def test_a_contract_is_ordered_once(order: ServiceUnderTest) -> None:
    """S121: call-off against call-off of the same remaining quantity."""
    buyer = await customer(order)
    contract = await signed_contract(order, buyer)
    body = {
        "customer_id": str(buyer),
        "contract_id": contract["id"],
        "lines": [call(contract, "4")],
    }
    answers = await asyncio.gather(
        *(send(order, SELLER, "orders", body) for _ in range(CONTENDERS))
    )
    assert outcomes(answers) == {"placed": 2, "contract_exceeded": CONTENDERS - 2}


async def test_a_contract_is_approved_as_it_stands_or_not_at_all(order: ServiceUnderTest) -> None:
    """S121: approve against edit."""
    buyer = await customer(order)
    for _ in range(3):
        contract = await submitted_contract(order, await drafted_contract(order, buyer))
        contract = await countersigned_contract(order, contract)
        path = f"contracts/{contract['id']}"
        approved, edited = await asyncio.gather(
            send(order, "general_manager", f"{path}/approve", seen=contract),
            send(order, SELLER, path, {"terms": "改"}, seen=contract, method="PATCH"),
        )
        assert (approved.status_code, edited.status_code) in ((200, 409), (200, 412))


async def test_an_order_is_approved_as_it_was_seen(order: ServiceUnderTest) -> None:
    """S123: approve against edit; the reviewer approves what the reviewer saw."""
    buyer, sold = await customer(order), await product(order)
    for _ in range(CONTENDERS):
        placed = await placed_order(order, buyer)
        path = f"orders/{placed['id']}"
        dearer = {"lines": [line(sold, "10", "999.00")]}
        answers = await asyncio.gather(
            try_to_review(order, placed),
            send(order, SELLER, path, dearer, seen=placed, method="PATCH"),
        )
        after = await read(order, path)
        assert (after["status"], after["total"]) in (
            ("approved", money("1000.00")),
            ("placed", money("9990.00")),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_numbers_of_the_register_stay_dense_under_load(order: ServiceUnderTest) -> None:
    """S132."""
    buyer, sold = await customer(order), await product(order)
    drafted = await asyncio.gather(
        *(drafted_contract(order, buyer, line(sold)) for _ in range(CONTENDERS))
    )
    serials = sorted(int(each["number"][2:]) for each in drafted)
    assert serials == list(range(serials[0], serials[0] + CONTENDERS))


async def test_cancelling_and_crediting_agree_in_the_end(order: ServiceUnderTest) -> None:
    """S164, S165: release against credit of one account."""
    buyer = await customer(order, settlement=None)
    await prepaid(order, buyer, "3000.00")
    held = [await approved_order(order, buyer) for _ in range(3)]
    await asyncio.gather(
        *(
            done(order, SELLER, f"orders/{each['id']}/cancel", {"reason": "撤单"}, seen=each)
            for each in held
        ),
        *(prepaid(order, buyer, "1.00") for _ in range(3)),
    )
    (funds,) = (await read(order, f"prepayments?customer_id={buyer}"))["items"]
    assert (funds["balance"], funds["held"]) == (money("3003.00"), money("0.00"))
