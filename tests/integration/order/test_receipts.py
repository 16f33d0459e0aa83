"""Receipts: recorded, allocated many to many, credited to the prepayment account, taken back."""

from __future__ import annotations

import httpx
import pytest

from shared.domain.ids import new_id
from tests.support.fulfilment import (
    ACCOUNTANT,
    allocated,
    delivered,
    invoice_now,
    invoiced,
    receipt_now,
    received,
    share,
    taken_back,
    try_to_allocate,
)
from tests.support.opportunity import money, today
from tests.support.order import (
    Body,
    account,
    approved_order,
    balance,
    customer,
    done,
    events_of,
    line,
    product,
    read,
    send,
)
from tests.support.services import ServiceUnderTest


async def open_invoice(
    order: ServiceUnderTest, customer_id: object, amount: str = "1000.00", **fields: object
) -> Body:
    """An issued invoice of ``amount``."""
    currency = str(fields.pop("currency", "CNY"))
    sold = await product(order, listed=amount, currency=currency)
    one = line(sold, "1", amount, currency=currency)
    ordered = await approved_order(order, customer_id, one, **fields)  # type: ignore[arg-type]
    return await invoiced(order, await delivered(order, ordered))


async def test_money_is_recorded_with_all_that_is_known(order: ServiceUnderTest) -> None:
    """S159: method, time, amount, handler, account; posted to the bank."""
    customer_id, handler = await customer(order), new_id()
    made = await received(
        order,
        customer_id,
        "800.00",
        method="cheque",
        received_on=str(today(-1)),
        handler_id=str(handler),
        account="招商银行 6225",
        note="首付款",
    )
    assert made["number"].startswith("SK")
    assert (made["method"], made["handler_id"], made["account"], made["note"]) == (
        "cheque",
        str(handler),
        "招商银行 6225",
        "首付款",
    )
    assert (made["status"], made["unallocated"]["amount"]) == ("recorded", "800.00")
    assert await balance(order, customer_id, "bank") == "800.00"
    assert await balance(order, customer_id, "unallocated_receipts") == "-800.00"


async def test_money_of_tomorrow_is_not_recorded(order: ServiceUnderTest) -> None:
    """S159."""
    body = {
        "customer_id": str(await customer(order)),
        "amount": money("1.00"),
        "method": "cash",
        "received_on": str(today(1)),
    }
    refused = await send(order, ACCOUNTANT, "receipts", body, key="tomorrow")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/received_on")


async def test_recording_needs_a_key_and_is_done_once(order: ServiceUnderTest) -> None:
    """S159: a retry of an unknown outcome does not count the money twice."""
    customer_id = await customer(order)
    body = {
        "customer_id": str(customer_id),
        "amount": money("5.00"),
        "method": "cash",
        "received_on": str(today()),
    }
    without = await send(order, ACCOUNTANT, "receipts", body)
    first, second = [await send(order, ACCOUNTANT, "receipts", body, key="once") for _ in "12"]
    assert without.status_code == 400
    assert first.json() == second.json()
    assert await balance(order, customer_id, "bank") == "5.00"


async def test_one_receipt_pays_several_invoices(order: ServiceUnderTest) -> None:
    """S161: in one act, with the events in order, written back to invoice and account."""
    customer_id = await customer(order)
    first, second = [await open_invoice(order, customer_id) for _ in range(2)]
    receipt = await received(order, customer_id, "1500.00")
    seen = len(await order.published())
    done_now = await allocated(order, receipt, share(first), share(second, "400.00"))
    assert (done_now["status"], done_now["unallocated"]["amount"]) == (
        "partly_allocated",
        "100.00",
    )
    assert [each["amount"]["amount"] for each in done_now["allocations"]] == ["1000.00", "400.00"]
    assert (await invoice_now(order, first))["status"] == "settled"
    assert (await invoice_now(order, second))["open"]["amount"] == "600.00"
    assert (await account(order, customer_id))["receivable"]["amount"] == "600.00"
    assert await balance(order, customer_id, "accounts_receivable") == "600.00"
    told = [each["type"].removeprefix("crm.order.") for each in (await order.published())[seen:]]
    assert told == [
        "allocation.made.v1",
        "allocation.made.v1",
        "receipt.allocated.v1",
        "invoice.settled.v1",
        "order.closed.v1",
        "invoice.allocated.v1",
        "voucher.posted.v1",
        "voucher.posted.v1",
    ]


async def test_several_receipts_pay_one_invoice(order: ServiceUnderTest) -> None:
    """S161."""
    customer_id = await customer(order)
    invoice = await open_invoice(order, customer_id)
    receipts = [await received(order, customer_id, amount) for amount in ("300.00", "900.00")]
    paid = await allocated(order, invoice, *(share(each) for each in receipts))
    assert (paid["status"], len(paid["allocations"])) == ("settled", 2)
    left = [(await receipt_now(order, each))["unallocated"]["amount"] for each in receipts]
    assert left == ["0.00", "200.00"]


async def test_the_oldest_invoices_are_proposed_first(order: ServiceUnderTest) -> None:
    """S161, S163: as far as the receipt goes; the proposal is posted as it is."""
    customer_id = await customer(order)
    late = await open_invoice(order, customer_id, payment_days=60)
    soon = await open_invoice(order, customer_id, payment_days=5)
    await open_invoice(order, customer_id, payment_days=90)
    receipt = await received(order, customer_id, "1200.00")
    proposal = await read(order, f"receipts/{receipt['id']}/allocation-proposal")
    wanted = [(each["invoice_id"], each["amount"]["amount"]) for each in proposal["allocations"]]
    assert wanted == [(soon["id"], "1000.00"), (late["id"], "200.00")]
    shares = [
        {"invoice_id": each["invoice_id"], "amount": each["amount"]}
        for each in proposal["allocations"]
    ]
    assert (await allocated(order, receipt, *shares))["status"] == "allocated"
    empty = await read(order, f"receipts/{receipt['id']}/allocation-proposal")
    assert empty == {"allocations": []}


@pytest.mark.parametrize(
    ("amount", "code"), [("1000.01", "receipt_exceeded"), ("600.01", "invoice_exceeded")]
)
async def test_no_more_is_allocated_than_there_is(
    order: ServiceUnderTest, amount: str, code: str
) -> None:
    """S161: neither of the receipt nor of the invoice; nothing is changed."""
    customer_id = await customer(order)
    invoice = await open_invoice(order, customer_id, "600.00")
    receipt = await received(order, customer_id, "1000.00")
    refused = await try_to_allocate(order, receipt, share(invoice, "1.00"), share(invoice, amount))
    assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert await receipt_now(order, receipt) == receipt


async def test_a_receipt_pays_only_its_own_customer_and_currency(order: ServiceUnderTest) -> None:
    """S161."""
    customer_id = await customer(order)
    receipt = await received(order, customer_id, "1000.00")
    foreign = await open_invoice(order, customer_id, currency="USD")
    others = await open_invoice(order, await customer(order))
    for invoice in (foreign, others):
        refused = await try_to_allocate(order, receipt, share(invoice, "1.00"))
        assert (refused.status_code, refused.json()["code"]) == (409, "not_together")
    mine = await open_invoice(order, customer_id)
    refused = await try_to_allocate(order, receipt, share(mine, "1.00", currency="USD"))
    assert refused.json()["errors"][0]["pointer"] == "/allocations/0/amount/currency"


async def test_unknown_documents_are_named(order: ServiceUnderTest) -> None:
    """S161."""
    receipt = await received(order, await customer(order), "10.00")
    nothing = {"invoice_id": str(new_id())}
    refused = await try_to_allocate(order, receipt, nothing)
    assert refused.json()["errors"][0]["pointer"] == "/allocations/0/invoice_id"
    invoice = await open_invoice(order, await customer(order))
    refused = await try_to_allocate(order, invoice, {"receipt_id": str(new_id())})
    assert refused.json()["errors"][0]["pointer"] == "/allocations/0/receipt_id"


async def test_an_allocation_is_taken_back(order: ServiceUnderTest) -> None:
    """S161 (反核销): invoice open again, money free again, ledger and account as before."""
    customer_id = await customer(order)
    invoice = await open_invoice(order, customer_id)
    receipt = await received(order, customer_id, "1000.00")
    (allocation,) = (await allocated(order, receipt, share(invoice)))["allocations"]
    back = await taken_back(order, allocation)
    assert back["status"] == "reversed"
    assert (await invoice_now(order, invoice))["open"]["amount"] == "1000.00"
    assert (await receipt_now(order, receipt))["status"] == "recorded"
    assert (await account(order, customer_id))["receivable"]["amount"] == "1000.00"
    assert await balance(order, customer_id, "unallocated_receipts") == "-1000.00"
    assert await events_of(order, invoice["id"]) == [
        "drafted",
        "checked",
        "issued",
        "settled",
        "allocated",
    ]
    again = await send(
        order,
        ACCOUNTANT,
        f"allocations/{back['id']}/reverse",
        {"reason": "again"},
        seen=back,
        key="again",
    )
    assert (again.status_code, again.json()["code"]) == (409, "allocation_state")


async def test_a_receipt_is_taken_back_while_nothing_of_it_is_used(
    order: ServiceUnderTest,
) -> None:
    """S161."""
    customer_id = await customer(order)
    receipt = await received(order, customer_id, "1000.00")
    paid = await allocated(order, receipt, share(await open_invoice(order, customer_id)))
    path, why = f"receipts/{receipt['id']}/reverse", {"reason": "支票退票"}
    used = await send(order, ACCOUNTANT, path, why, seen=paid, key="used")
    await taken_back(order, paid["allocations"][0])
    now = await receipt_now(order, receipt)
    back = await done(order, ACCOUNTANT, path, why, seen=now, key="free")
    assert (used.status_code, used.json()["code"]) == (409, "receipt_in_use")
    assert (back["status"], back["unallocated"]["amount"]) == ("reversed", "0.00")
    assert await balance(order, customer_id, "bank") == "0.00"
    assert await balance(order, customer_id, "unallocated_receipts") == "0.00"


async def test_a_receipt_is_credited_to_the_prepayment_account(order: ServiceUnderTest) -> None:
    """S164: by finance, in part; the rest still pays invoices."""
    customer_id = await customer(order, "prepaid")
    receipt = await received(order, customer_id, "1000.00")
    path, body = f"receipts/{receipt['id']}/credit-prepayment", {"amount": money("400.00")}
    sales = await send(order, "account_manager", path, body, seen=receipt, key="sales")
    credited = await done(order, ACCOUNTANT, path, body, seen=receipt, key="finance")
    assert sales.status_code == 403
    assert (credited["credited"]["amount"], credited["unallocated"]["amount"]) == (
        "400.00",
        "600.00",
    )
    (found,) = (await read(order, f"prepayments?customer_id={customer_id}"))["items"]
    assert found["balance"]["amount"] == "400.00"
    assert await balance(order, customer_id, "prepayments") == "-400.00"
    foreign = {"amount": money("1.00", "USD")}
    refused = await send(order, ACCOUNTANT, path, foreign, seen=credited, key="usd")
    assert refused.json()["errors"][0]["pointer"] == "/amount/currency"


async def test_receipts_and_allocations_are_listed(order: ServiceUnderTest) -> None:
    """S159, S161."""
    customer_id = await customer(order)
    older = await received(order, customer_id, "1.00", received_on=str(today(-2)))
    newer = await received(order, customer_id, "2.00", method="cash")
    for query, wanted in (
        ("sort=received_on", [older, newer]),
        ("method=cash", [newer]),
        (f"received_to={today(-1)}", [older]),
        ("status=allocated", []),
    ):
        found = await read(order, f"receipts?customer_id={customer_id}&{query}")
        assert found["items"] == wanted
    invoice = await open_invoice(order, customer_id)
    (made,) = (await allocated(order, newer, share(invoice)))["allocations"]
    by = await read(order, f"allocations?receipt_id={newer['id']}&status=made")
    assert by["items"] == [made] == [await read(order, f"allocations/{made['id']}")]


@pytest.mark.parametrize("missing", ["Idempotency-Key", "If-Match"])
async def test_allocating_needs_key_and_version(order: ServiceUnderTest, missing: str) -> None:
    """S161: money is not moved blindly, nor twice."""
    receipt = await received(order, await customer(order), "10.00")
    headers = {"If-Match": '"v1"', "Idempotency-Key": "k"}
    del headers[missing]
    async with order.client(ACCOUNTANT) as client:
        answer: httpx.Response = await client.post(
            f"/v1/receipts/{receipt['id']}/allocations",
            json={"allocations": [{"invoice_id": str(new_id())}]},
            headers=headers,
        )
    assert answer.status_code == (400 if missing == "Idempotency-Key" else 428)
