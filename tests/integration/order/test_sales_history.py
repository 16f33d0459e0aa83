"""Sales history becomes complete chains of documents, each row once, dated on its day."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from services.order.history import importing
from services.order.history.importing import KIND
from services.order.history.takeover import take_over
from shared.domain.ids import new_id
from shared.imports.runner import ImportRunner
from tests.support.fulfilment import ACCOUNTANT, checked_invoice, delivered, drafted_invoice
from tests.support.opportunity import today
from tests.support.order import Body, approved_order, balance, customer, done, product, read
from tests.support.services import ServiceUnderTest

HEADINGS = "customer,date,product,quantity,amount"
PATH = "/v1/sales-history/imports"


async def send_file(
    order: ServiceUnderTest, rows: Iterable[str], headings: str = HEADINGS, **fields: str
) -> Body:
    """The job that was started with a CSV file."""
    content = "\n".join([headings, *rows]).encode()
    async with order.client("finance") as client:
        answer = await client.post(PATH, files={"file": ("sales.csv", content)}, data=fields)
    assert answer.status_code == 202, answer.text
    body: Body = answer.json()
    return body


async def imported(
    order: ServiceUnderTest, rows: Iterable[str], headings: str = HEADINGS, **fields: str
) -> Body:
    """The job after the worker has done it."""
    job = await send_file(order, rows, headings, **fields)
    await ImportRunner(order.db, [KIND]).work()
    return await look(order, job)


async def look(order: ServiceUnderTest, job: Body) -> Body:
    """How far the job is."""
    return await read(order, f"sales-history/imports/{job['id']}", role="finance")


async def errors_of(order: ServiceUnderTest, job: Body) -> list[tuple[int, str, str]]:
    """Line, column and code of each row that was not taken."""
    path = f"sales-history/imports/{job['id']}/errors"
    found = await read(order, path, role="finance")
    return [(each["line"], each["column"], each["code"]) for each in found["items"]]


async def known(order: ServiceUnderTest) -> tuple[str, str, Any]:
    """External id of a customer, code of a product, and the customer's id."""
    external_id, code = f"X{new_id().hex}", f"CD{new_id().hex}"
    customer_id = await customer(order, None, external_id=external_id)
    await product(order, code=code)
    return external_id, code, customer_id


async def test_a_sale_becomes_its_four_documents(order: ServiceUnderTest) -> None:
    """S223, S145: shipped and received, invoiced, paid, posted; all dated on the day."""
    external_id, code, customer_id = await known(order)
    before = len(await order.published())
    job = await imported(order, [f"{external_id},1997-01-18,{code},2,29.33"], currency="USD")
    assert (job["status"], job["created"], job["failed"]) == ("done", 1, 0)
    (delivery,) = (await read(order, f"deliveries?customer_id={customer_id}"))["items"]
    (invoice,) = (await read(order, f"invoices?customer_id={customer_id}"))["items"]
    (receipt,) = (await read(order, f"receipts?customer_id={customer_id}"))["items"]
    (allocation,) = (await read(order, f"allocations?customer_id={customer_id}"))["items"]
    assert {each["import_id"] for each in (delivery, invoice, receipt)} == {job["id"]}
    assert (delivery["chain"], delivery["status"]) == ("direct_delivery", "received")
    assert (invoice["status"], invoice["open"]["amount"]) == ("settled", "0.00")
    assert (receipt["status"], receipt["unallocated"]["amount"]) == ("allocated", "0.00")
    assert [each["number"][:4] for each in (delivery, invoice, receipt)] == ["FH97", "FP97", "SK97"]
    days = {
        delivery["shipped_on"],
        delivery["received_on"],
        invoice["issued_on"],
        invoice["due_on"],
        receipt["received_on"],
        allocation["allocated_on"],
    }
    assert days == {"1997-01-18"}
    for document, name in ((delivery, "total"), (invoice, "total"), (allocation, "amount")):
        assert document[name] == {"amount": "29.33", "currency": "USD"}
    assert await balance(order, customer_id, "revenue") == "-29.33"
    assert await balance(order, customer_id, "bank") == "29.33"
    assert await balance(order, customer_id, "accounts_receivable") == "0.00"
    told = [each["type"].removeprefix("crm.order.") for each in (await order.published())[before:]]
    assert told == [
        "delivery.received.v1",
        "invoice.settled.v1",
        "receipt.allocated.v1",
        "allocation.made.v1",
        *["voucher.posted.v1"] * 3,
    ]


async def test_identical_lines_are_separate_purchases(order: ServiceUnderTest) -> None:
    """S223: three equal lines are three sales."""
    external_id, code, customer_id = await known(order)
    job = await imported(order, [f"{external_id},2020-02-29,{code},1,10.00"] * 3)
    assert job["created"] == 3
    found = await read(order, f"invoices?customer_id={customer_id}")
    assert len({each["number"] for each in found["items"]}) == 3
    assert await balance(order, customer_id, "revenue") == "-30.00"


async def test_a_sale_over_nothing_has_no_receipt(order: ServiceUnderTest) -> None:
    """S223: free samples were delivered and invoiced, but nobody paid."""
    external_id, code, customer_id = await known(order)
    job = await imported(order, [f"{external_id},2020-01-01,{code},3,0.00"])
    assert job["created"] == 1
    (invoice,) = (await read(order, f"invoices?customer_id={customer_id}"))["items"]
    assert invoice["status"] == "settled"
    assert (await read(order, f"receipts?customer_id={customer_id}"))["items"] == []


async def test_the_unit_price_follows_from_what_was_paid(order: ServiceUnderTest) -> None:
    """S223: amounts are kept to the cent, whatever the price per unit comes to."""
    external_id, code, customer_id = await known(order)
    rows = [
        f"{external_id},2020-01-01,{code},3,10.00,,",
        f"{external_id},2020-01-02,{code},2,9.50,0.05,盒",
        f"{external_id},2020-01-03,{code},2,0.00,1,",
    ]
    await imported(order, rows, f"{HEADINGS},discount,unit")
    found = (await read(order, f"deliveries?customer_id={customer_id}&sort=created"))["items"]
    lines = [(await read(order, f"deliveries/{each['id']}"))["lines"][0] for each in found]
    assert [
        (each["unit_price"]["amount"], each["amount"]["amount"], each["unit"]) for each in lines
    ] == [("3.33", "10.00", "台"), ("5.00", "9.50", "盒"), ("0.00", "0.00", "台")]


async def test_history_in_yen_is_whole_yen(order: ServiceUnderTest) -> None:
    """S223: as in a request; the unit price that follows is rounded to the coin too."""
    external_id, code, customer_id = await known(order)
    rows = [
        f"{external_id},2020-01-01,{code},3,1000.00",
        f"{external_id},2020-01-02,{code},1,99.50",
        f"{external_id},2020-01-03,{code},1,0.01",
    ]
    job = await imported(order, rows, currency="JPY")
    assert (job["created"], job["failed"]) == (1, 2)
    wanted = [(line, "amount", "currency_places") for line in (3, 4)]
    assert await errors_of(order, job) == wanted
    (found,) = (await read(order, f"deliveries?customer_id={customer_id}"))["items"]
    (line,) = (await read(order, f"deliveries/{found['id']}"))["lines"]
    assert (line["unit_price"]["amount"], line["amount"]["amount"]) == ("333.00", "1000.00")


async def test_history_needs_no_authority_over_its_prices(order: ServiceUnderTest) -> None:
    """S108, S223: what was sold is a fact, whatever the list of today says of it."""
    external_id, code, customer_id = await known(order)
    job = await imported(order, [f"{external_id},2020-01-01,{code},1,0.10"])
    assert job["created"] == 1
    (found,) = (await read(order, f"deliveries?customer_id={customer_id}"))["items"]
    assert (found["status"], found["discount"], found["required_role"]) == ("received", None, None)


async def test_customers_are_known_by_number_as_well(order: ServiceUnderTest) -> None:
    """S223: Chinese headings, the customer's number, and how the money came."""
    _, code, _ = await known(order)
    number = f"C{new_id().int % 10**8:08d}"
    customer_id = await customer(order, number=number)
    row = f"{number},2021-05-01,{code},1,5.00,EUR,alipay"
    job = await imported(order, [row], "客户,日期,产品,数量,金额,币种,付款方式")
    assert job["created"] == 1
    (receipt,) = (await read(order, f"receipts?customer_id={customer_id}"))["items"]
    assert (receipt["method"], receipt["amount"]["currency"]) == ("alipay", "EUR")


async def test_bad_rows_are_named_and_good_ones_taken(order: ServiceUnderTest) -> None:
    """S223: line, column and reason of each."""
    external_id, code, customer_id = await known(order)
    good = f"{external_id},2020-01-01,{code},1,1.00"
    rows = [
        good,
        f"nobody,2020-01-01,{code},1,1.00",
        f"{external_id},2020-01-01,nothing,1,1.00",
        f"{external_id},{today(1)},{code},1,1.00",
        f"{external_id},1969-12-31,{code},1,1.00",
        f"{external_id},2020-02-30,{code},1,1.00",
        f"{external_id},2020-01-01,{code},0,1.00",
        f"{external_id},2020-01-01,{code},1,-1.00",
        f"{external_id},2020-01-01,{code},1,1.005",
        f"{external_id},2020-01-01,{code},0.0001,99999999999999.99",
        f",2020-01-01,{code},1,1.00",
        good,
    ]
    job = await imported(order, rows)
    assert (job["status"], job["created"], job["failed"]) == ("done", 2, 10)
    assert await errors_of(order, job) == [
        (3, "customer", "unknown_customer"),
        (4, "product_code", "unknown_product"),
        (5, "sold_on", "not_in_the_past"),
        (6, "sold_on", "not_in_the_past"),
        (7, "sold_on", "date_from_datetime_parsing"),
        (8, "quantity", "greater_than"),
        (9, "amount", "greater_than_equal"),
        (10, "amount", "decimal_max_places"),
        (11, "amount", "amount_too_large"),
        (12, "customer", "missing"),
    ]
    assert await balance(order, customer_id, "revenue") == "-2.00"


async def test_a_dry_run_changes_nothing(order: ServiceUnderTest) -> None:
    """S223: it says what would become of the rows."""
    external_id, code, customer_id = await known(order)
    before = await order.published()
    rows = [f"{external_id},2020-01-01,{code},1,1.00", "nobody,2020-01-01,x,1,1.00"]
    job = await imported(order, rows, dry_run="true")
    assert (job["created"], job["failed"]) == (1, 1)
    assert (await read(order, f"invoices?customer_id={customer_id}"))["items"] == []
    assert await order.published() == before


async def test_only_finance_imports_sales(order: ServiceUnderTest) -> None:
    """S164, S223: it moves money."""
    async with order.client("account_manager") as client:
        refused = await client.post(PATH, files={"file": ("sales.csv", b"x")})
    assert refused.status_code == 403


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_an_import_goes_on_where_it_was_killed(
    order: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """S223: killed in its second batch, before or after it wrote; every row counts once."""
    external_id, code, customer_id = await known(order)
    rows = [f"{external_id},2020-01-{1 + n % 28:02d},{code},1,1.00" for n in range(1200)]
    job = await send_file(order, rows)
    calls = Counter[str]()

    async def dies(*args: Any) -> None:
        calls["batches"] += 1
        if calls["batches"] == 2 and moment == "before":
            raise asyncio.CancelledError
        await take_over(*args)
        if calls["batches"] == 2:
            raise asyncio.CancelledError

    monkeypatch.setattr(importing, "take_over", dies)
    with pytest.raises(asyncio.CancelledError):
        await ImportRunner(order.db, [KIND]).work()
    assert (await look(order, job))["rows_done"] == 500
    monkeypatch.undo()
    await ImportRunner(order.db, [KIND]).work()
    finished = await look(order, job)
    assert (finished["status"], finished["created"]) == ("done", 1200)
    assert await balance(order, customer_id, "revenue") == "-1200.00"


async def test_people_issue_invoices_beside_an_import_of_this_year(order: ServiceUnderTest) -> None:
    """S160, S223: both take numbers of one range; none is lost or doubled."""
    external_id, code, _ = await known(order)
    buyer = await customer(order)
    ready = [
        await checked_invoice(
            order,
            await drafted_invoice(
                order, await delivered(order, await approved_order(order, buyer))
            ),
        )
        for _ in range(5)
    ]
    await send_file(order, [f"{external_id},{today()},{code},1,1.00"] * 1000)

    async def issue(invoice: Body) -> str:
        path = f"invoices/{invoice['id']}/issue"
        made = await done(order, ACCOUNTANT, path, seen=invoice, key=invoice["id"])
        return str(made["number"])

    _, *numbers = await asyncio.gather(
        ImportRunner(order.db, [KIND]).work(), *(issue(each) for each in ready)
    )
    assert len(set(numbers)) == 5
    async with order.db.reading() as conn:
        year = f"FP{today().year % 100}%"
        query = "SELECT count(*), max(number) FROM invoice WHERE number LIKE $1"
        count, last = (await conn.exec_driver_sql(query, [year])).one()
    assert int(last[4:]) == count >= 1005


async def test_real_purchases_sum_to_the_cent_by_month(order: ServiceUnderTest) -> None:
    """S223: the first thousand purchases of the CDNOW sample (1997 to 1998, in USD)."""
    purchases = list(islice(cdnow(), 1000))
    customers = {each[0] for each in purchases}
    for external_id in sorted(customers):
        await customer(order, None, external_id=external_id)
    code = f"CD{new_id().hex}"
    await product(order, code=code)
    rows = [f"{who},{day},{code},{count},{paid}" for who, day, count, paid in purchases]
    job = await imported(order, rows, currency="USD")
    assert (job["created"], job["failed"]) == (1000, 0)
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for _, day, _, paid in purchases:
        expected[day[:7]] += Decimal(paid)
    query = (
        "SELECT to_char(issued_on, 'YYYY-MM'), sum(total) FROM invoice"
        " WHERE import_id = CAST($1 AS text)::uuid GROUP BY 1"
    )
    async with order.db.reading() as conn:
        found = dict(tuple(row) for row in await conn.exec_driver_sql(query, [job["id"]]))
    assert found == expected


def cdnow() -> Iterable[tuple[str, str, str, str]]:
    """Customer, day, number of CDs and dollars of each purchase in the sample."""
    spec = find_spec("lifetimes")
    assert spec is not None
    assert spec.origin is not None
    sample = Path(spec.origin).parent / "datasets" / "CDNOW_sample.txt"
    for entry in sample.read_text().splitlines():
        master, _, day, count, paid = entry.split()
        yield master, f"{day[:4]}-{day[4:6]}-{day[6:]}", count, paid
