"""Invoices: of what was delivered, matched three ways, issued as receivables, paid by holds."""

from __future__ import annotations

import pytest

from tests.support.fulfilment import (
    ACCOUNTANT,
    CHECKER,
    STOREKEEPER,
    allocated,
    checked_invoice,
    delivered,
    drafted_delivery,
    drafted_invoice,
    invoice_now,
    invoiced,
    issued,
    order_now,
    part,
    received,
    share,
    shipped,
    taken_back,
)
from tests.support.opportunity import money, today
from tests.support.order import (
    account,
    approved_order,
    balance,
    call,
    customer,
    done,
    events_of,
    line,
    permit,
    placed_order,
    prepaid,
    product,
    read,
    reviewed_order,
    send,
    signed_contract,
)
from tests.support.services import ServiceUnderTest


async def test_a_delivery_becomes_a_receivable(order: ServiceUnderTest) -> None:
    """S153, S160: number, due date, account, ledger, order and events."""
    customer_id = await customer(order)
    ordered = await approved_order(order, customer_id, payment_days=45)
    draft = await drafted_invoice(order, await delivered(order, ordered))
    assert draft["number"] is None
    made = await issued(order, draft)
    assert (made["status"], made["open"]["amount"]) == ("issued", "1000.00")
    assert (made["issued_on"], made["due_on"]) == (str(today()), str(today(45)))
    owed = await account(order, customer_id)
    assert (owed["receivable"]["amount"], owed["committed"]["amount"]) == ("1000.00", "0.00")
    assert await balance(order, customer_id, "accounts_receivable") == "1000.00"
    assert await balance(order, customer_id, "revenue") == "-1000.00"
    assert (await order_now(order, ordered))["lines"][0]["invoiced"] == "10.0000"
    assert await events_of(order, made["id"]) == ["drafted", "checked", "issued"]


async def test_issued_numbers_have_no_gap(order: ServiceUnderTest) -> None:
    """S160: a voided draft takes no number."""
    customer_id = await customer(order)
    drafts = [
        await drafted_invoice(
            order, await delivered(order, await approved_order(order, customer_id))
        )
        for _ in range(3)
    ]
    path = f"invoices/{drafts[1]['id']}/void"
    voided = await done(order, ACCOUNTANT, path, {"reason": "抬头有误"}, seen=drafts[1])
    numbers = [(await issued(order, each))["number"] for each in (drafts[0], drafts[2])]
    assert (voided["status"], voided["number"]) == ("voided", None)
    assert int(numbers[1][4:]) == int(numbers[0][4:]) + 1


async def test_only_what_is_delivered_and_not_charged_is_invoiced(order: ServiceUnderTest) -> None:
    """S147: a delivery is charged once; a voided invoice gives it free."""
    sent = await delivered(order, await approved_order(order, await customer(order)))
    draft = await drafted_invoice(order, sent)
    body = {"delivery_ids": [sent["id"]]}
    refused = await send(order, ACCOUNTANT, "invoices", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_invoice")
    await done(order, ACCOUNTANT, f"invoices/{draft['id']}/void", {"reason": "重开"}, seen=draft)
    assert (await drafted_invoice(order, sent))["total"]["amount"] == "1000.00"


async def test_a_delivery_that_has_not_left_is_not_invoiced(order: ServiceUnderTest) -> None:
    """S153."""
    draft = await drafted_delivery(order, await approved_order(order, await customer(order)))
    refused = await send(order, ACCOUNTANT, "invoices", {"delivery_ids": [draft["id"]]})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_invoiceable")


@pytest.mark.parametrize(
    ("said", "field", "told"),
    [
        ({"quantity": "4.5"}, "quantity", "The order says 4, the delivery 4, the invoice 4.5."),
        (
            {"unit_price": "101.00"},
            "unit_price",
            "The order says 100, the delivery 100, the invoice 101.",
        ),
        ({"discount": "0.01"}, "discount", "The order says 0, the delivery 0, the invoice 0.01."),
    ],
)
async def test_an_invoice_that_differs_is_not_passed(
    order: ServiceUnderTest, said: dict[str, str], field: str, told: str
) -> None:
    """S153: the differing lines are named."""
    sent = await delivered(order, await approved_order(order, await customer(order)), "4")
    charge = {"delivery_id": sent["id"], "delivery_line_id": sent["lines"][0]["id"]}
    draft = await drafted_invoice(order, lines=[charge | said])
    refused = await send(order, CHECKER, f"invoices/{draft['id']}/check", seen=draft)
    assert (refused.status_code, refused.json()["code"]) == (409, "invoice_mismatch")
    assert refused.json()["detail"] == f"/lines/0/{field}: {told}"
    assert (await invoice_now(order, draft))["status"] == "draft"


async def test_an_invoice_is_matched_again_when_it_is_issued(order: ServiceUnderTest) -> None:
    """S153: two drafts, each right by itself, are together too much."""
    sent = await delivered(order, await approved_order(order, await customer(order)))
    charge = {"delivery_id": sent["id"], "delivery_line_id": sent["lines"][0]["id"]}
    first, second = [
        await checked_invoice(order, await drafted_invoice(order, lines=[charge | {"quantity": q}]))
        for q in ("6", "5")
    ]
    await done(order, ACCOUNTANT, f"invoices/{first['id']}/issue", seen=first, key="eins")
    path = f"invoices/{second['id']}/issue"
    refused = await send(order, ACCOUNTANT, path, seen=second, key="zwei")
    assert (refused.status_code, refused.json()["code"]) == (409, "invoice_mismatch")


async def test_who_prepared_an_invoice_does_not_check_it(order: ServiceUnderTest) -> None:
    """S152."""
    sent = await delivered(order, await approved_order(order, await customer(order)))
    draft = await drafted_invoice(order, sent)
    refused = await send(order, ACCOUNTANT, f"invoices/{draft['id']}/check", seen=draft)
    assert (refused.status_code, refused.json()["code"]) == (403, "second_person_required")


async def test_an_unchecked_or_issued_invoice_is_not_issued(order: ServiceUnderTest) -> None:
    """S152."""
    sent = await delivered(order, await approved_order(order, await customer(order)))
    draft = await drafted_invoice(order, sent)
    path = f"invoices/{draft['id']}/issue"
    unchecked = await send(order, ACCOUNTANT, path, seen=draft, key="a")
    made = await issued(order, draft)
    again = await send(order, ACCOUNTANT, path, seen=made, key="b")
    codes = {each.json()["code"] for each in (unchecked, again)}
    assert codes == {"invoice_state"}


async def test_issuing_needs_a_key_and_is_done_once(order: ServiceUnderTest) -> None:
    """S160: the same key answers the same, without a second posting."""
    customer_id = await customer(order)
    sent = await delivered(order, await approved_order(order, customer_id))
    checked = await checked_invoice(order, await drafted_invoice(order, sent))
    path = f"invoices/{checked['id']}/issue"
    without = await send(order, ACCOUNTANT, path, seen=checked)
    first = await send(order, ACCOUNTANT, path, seen=checked, key="issue-once")
    second = await send(order, ACCOUNTANT, path, seen=checked, key="issue-once")
    assert without.status_code == 400
    assert second.headers["idempotent-replayed"] == "true"
    assert second.content == first.content
    assert (await account(order, customer_id))["receivable"]["amount"] == "1000.00"


async def test_partial_invoices_of_awkward_prices_sum_to_the_order(order: ServiceUnderTest) -> None:
    """S153: three thirds of a line with a discount are worth the line, to the cent."""
    customer_id = await customer(order)
    ordered = await approved_order(
        order, customer_id, line(await product(order, listed="0.16"), "3", "0.33", discount="0.5")
    )
    assert ordered["total"]["amount"] == "0.50"
    parts = []
    for _ in range(3):
        sent = await delivered(order, ordered, "1")
        parts.append((await invoiced(order, sent))["total"]["amount"])
    assert sorted(parts) == ["0.16", "0.17", "0.17"]
    assert (await account(order, customer_id))["receivable"]["amount"] == "0.50"


async def test_one_delivery_is_charged_in_parts(order: ServiceUnderTest) -> None:
    """S153: invoices of one delivery line sum to it, also when one of them is voided."""
    customer_id = await customer(order)
    ordered = await approved_order(
        order, customer_id, line(await product(order, listed="0.16"), "3", "0.33", discount="0.5")
    )
    sent = await delivered(order, ordered)
    charge = {"delivery_id": sent["id"], "delivery_line_id": sent["lines"][0]["id"]}
    drafts = [await drafted_invoice(order, lines=[charge | {"quantity": "1"}]) for _ in range(3)]
    path = f"invoices/{drafts[0]['id']}/void"
    await done(order, ACCOUNTANT, path, {"reason": "重开"}, seen=drafts[0])
    drafts[0] = await drafted_invoice(order, sent)
    for draft in drafts:
        await issued(order, draft)
    assert (await account(order, customer_id))["receivable"]["amount"] == "0.50"


async def test_contracts_are_not_mixed_on_an_invoice(order: ServiceUnderTest) -> None:
    """S131: an invoice belongs to one contract, or to none."""
    customer_id = await customer(order)
    contract = await signed_contract(order, customer_id)
    under = await approved_order(
        order,
        customer_id,
        call(contract, "10"),
        chain="contract_first",
        contract_id=contract["id"],
    )
    without = await approved_order(order, customer_id)
    sent = [await delivered(order, each) for each in (under, without)]
    refused = await send(
        order, ACCOUNTANT, "invoices", {"delivery_ids": [each["id"] for each in sent]}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "mixed_invoice")
    assert (await invoiced(order, sent[0]))["contract_id"] == contract["id"]


# -- prepaid -----------------------------------------------------------------------------------


async def test_the_hold_of_a_prepaid_order_pays_its_invoice(order: ServiceUnderTest) -> None:
    """S165: consumed and allocated in the act of issuing; then the order closes."""
    customer_id = await customer(order, "prepaid")
    await prepaid(order, customer_id, "1500.00")
    ordered = await approved_order(order, customer_id)
    made = await invoiced(order, await delivered(order, ordered))
    assert (made["status"], made["open"]["amount"]) == ("settled", "0.00")
    found = await read(order, f"prepayments?customer_id={customer_id}")
    assert [(each["balance"]["amount"], each["held"]["amount"]) for each in found["items"]] == [
        ("500.00", "0.00")
    ]
    assert await events_of(order, made["id"]) == ["drafted", "checked", "issued", "settled"]
    assert (await order_now(order, ordered))["status"] == "closed"
    (allocation,) = (await read(order, f"allocations?invoice_id={made['id']}"))["items"]
    assert allocation["prepayment_id"] == found["items"][0]["id"]
    assert (await account(order, customer_id))["receivable"]["amount"] == "0.00"


async def test_partial_deliveries_use_a_prepayment_bit_by_bit(order: ServiceUnderTest) -> None:
    """S142, S165: after each part the hold is what is not invoiced; nothing is left over."""
    customer_id = await customer(order, "prepaid")
    await prepaid(order, customer_id, "0.50")
    ordered = await approved_order(
        order, customer_id, line(await product(order, listed="0.16"), "3", "0.33", discount="0.5")
    )
    for _ in range(3):
        made = await invoiced(order, await delivered(order, ordered, "1"))
        assert made["status"] == "settled"
    (found,) = (await read(order, f"prepayments?customer_id={customer_id}"))["items"]
    assert (found["balance"]["amount"], found["held"]["amount"]) == ("0.00", "0.00")
    assert (await order_now(order, ordered))["status"] == "closed"


async def test_what_a_hold_paid_can_be_taken_back(order: ServiceUnderTest) -> None:
    """S161: the money is free again, the invoice open; a receipt may pay it then."""
    customer_id = await customer(order, "prepaid")
    await prepaid(order, customer_id, "1000.00")
    ordered = await approved_order(order, customer_id)
    made = await invoiced(order, await delivered(order, ordered))
    (allocation,) = (await read(order, f"allocations?invoice_id={made['id']}"))["items"]
    await taken_back(order, allocation)
    (found,) = (await read(order, f"prepayments?customer_id={customer_id}"))["items"]
    assert (found["balance"]["amount"], found["held"]["amount"]) == ("1000.00", "0.00")
    receipt = await received(order, customer_id, "1000.00")
    await allocated(order, receipt, share(made))
    assert (await invoice_now(order, made))["status"] == "settled"


async def test_free_prepaid_money_pays_an_open_invoice(order: ServiceUnderTest) -> None:
    """S161, S164: up to what no order holds."""
    customer_id = await customer(order)
    made = await invoiced(order, await delivered(order, await approved_order(order, customer_id)))
    path = f"invoices/{made['id']}/pay-from-prepayment"
    none = await send(
        order, ACCOUNTANT, path, {"amount": money("1.00")}, seen=made, key="no-account"
    )
    await prepaid(order, customer_id, "300.00")
    short = await send(
        order, ACCOUNTANT, path, {"amount": money("300.01")}, seen=made, key="too-much"
    )
    paid = await done(
        order, ACCOUNTANT, path, {"amount": money("300.00")}, seen=made, key="just-right"
    )
    assert [each.json()["code"] for each in (none, short)] == ["prepayment_short"] * 2
    assert (paid["status"], paid["open"]["amount"]) == ("partly_settled", "700.00")
    assert paid["allocations"][0]["amount"]["amount"] == "300.00"


# -- invoice first -----------------------------------------------------------------------------


async def test_an_invoice_that_comes_first_creates_its_delivery(
    order: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S146: not to be cancelled, not to be charged again; the order closes when it has left."""
    permit(order, monkeypatch)
    customer_id = await customer(order)
    ordered = await approved_order(order, customer_id, chain="invoice_first")
    early = await send(order, STOREKEEPER, "deliveries", {"order_ids": [ordered["id"]]})
    assert (early.status_code, early.json()["code"]) == (409, "invoice_comes_first")
    made = await issued(order, await drafted_invoice(order, order_id=ordered["id"]))
    await allocated(order, await received(order, customer_id, "1000.00"), share(made))
    (draft,) = (await read(order, f"deliveries?order_id={ordered['id']}"))["items"]
    path = f"deliveries/{draft['id']}/cancel"
    kept = await send(order, STOREKEEPER, path, {"reason": "不要了"}, seen=draft)
    assert (kept.status_code, kept.json()["code"]) == (409, "delivery_state")
    checked = await done(order, CHECKER, f"deliveries/{draft['id']}/check", seen=draft)
    path = f"deliveries/{draft['id']}/ship"
    sent = await done(order, STOREKEEPER, path, {}, seen=checked)
    assert (await order_now(order, ordered))["status"] == "closed"
    again = await send(order, ACCOUNTANT, "invoices", {"delivery_ids": [sent["id"]]})
    assert again.json()["code"] == "not_invoiceable"


async def test_other_orders_are_invoiced_from_their_deliveries(order: ServiceUnderTest) -> None:
    """S146, S153."""
    ordered = await approved_order(order, await customer(order))
    refused = await send(order, ACCOUNTANT, "invoices", {"order_id": ordered["id"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_invoiceable")


# -- closing -----------------------------------------------------------------------------------


async def test_what_is_delivered_invoiced_and_paid_closes(order: ServiceUnderTest) -> None:
    """S123, S161: the order with its last payment, the contract with its last order."""
    customer_id = await customer(order)
    contract = await signed_contract(order, customer_id)
    under = {"chain": "contract_first", "contract_id": contract["id"]}
    seen = []
    for quantity in ("4", "6"):
        ordered = await approved_order(order, customer_id, call(contract, quantity), **under)
        made = await invoiced(order, await delivered(order, ordered))
        assert (await order_now(order, ordered))["status"] == "delivered"
        receipt = await received(order, customer_id, made["total"]["amount"])
        await allocated(order, receipt, share(made))
        assert (await order_now(order, ordered))["status"] == "closed"
        seen.append((await read(order, f"contracts/{contract['id']}"))["status"])
    assert seen == ["signed", "completed"]


async def test_an_order_delivered_in_parts_stays_open_until_the_last(
    order: ServiceUnderTest,
) -> None:
    """S123, S142."""
    customer_id = await customer(order)
    ordered = await approved_order(order, customer_id)
    for quantity, status in (("4", "partly_delivered"), ("6", "closed")):
        sent = await shipped(order, await drafted_delivery(order, lines=[part(ordered, quantity)]))
        made = await invoiced(order, sent)
        await allocated(order, await received(order, customer_id, "1000.00"), share(made))
        assert (await order_now(order, ordered))["status"] == status


async def test_goods_free_of_charge_have_all_their_documents(order: ServiceUnderTest) -> None:
    """S160: an invoice over nothing is settled at once and posts nothing."""
    customer_id = await customer(order)
    free = line(await product(order), "1", "100.00", discount="1")
    placed = await placed_order(order, customer_id, free)
    ordered = await reviewed_order(order, placed, "general_manager")
    made = await invoiced(order, await delivered(order, ordered))
    assert (made["status"], made["total"]["amount"]) == ("settled", "0.00")
    assert await balance(order, customer_id, "revenue") == "0"
    assert (await order_now(order, ordered))["status"] == "closed"


async def test_invoices_are_listed_by_what_is_asked(order: ServiceUnderTest) -> None:
    """S162: those due before a day, of one customer or order."""
    customer_id = await customer(order)
    ordered = await approved_order(order, customer_id, payment_days=10)
    made = await invoiced(order, await delivered(order, ordered))
    for query in (
        f"order_id={ordered['id']}",
        f"customer_id={customer_id}&status=issued",
        f"customer_id={customer_id}&due_before={today(11)}",
    ):
        found = await read(order, f"invoices?{query}")
        assert [each["id"] for each in found["items"]] == [made["id"]]
    not_due = await read(order, f"invoices?customer_id={customer_id}&due_before={today(10)}")
    assert not_due["items"] == []
