"""The sales of past years come in as whole chains of documents, and the reports know them."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from shared.auth.roles import Role
from tests.support.calling import Caller
from tests.support.company import Company
from tests.support.importing import (
    CUSTOMER_JOBS,
    CUSTOMERS,
    SALES,
    SALES_JOBS,
    csv_file,
    run_import,
)
from tests.support.system import System
from tests.support.trade import new_product

#: customer, day, quantity, amount; the last two are separate purchases though they are alike.
SOLD = [
    ("L-1", "2024-11-03", "2", "59.98"),
    ("L-2", "2024-11-28", "1", "14.49"),
    ("L-1", "2024-12-31", "3", "100.00"),
    ("L-2", "2025-02-14", "1", "14.49"),
    ("L-2", "2025-02-14", "1", "14.49"),
]


async def test_sales_of_the_past_are_taken_over(system: System, company: Company) -> None:
    """S223: each row a delivery, an invoice, a receipt, an allocation; nothing stays open."""
    manager = (await company.one(Role.SALES_MANAGER)).caller
    clerk = (await company.one(Role.FINANCE)).caller
    product = await new_product(company, "20.00")
    customers = [("L-1", "老张唱片行", "正式客户"), ("L-2", "老李唱片行", "正式客户")]
    file = csv_file(("外部编号", "名称", "状态"), customers)
    await run_import(manager, CUSTOMERS, CUSTOMER_JOBS, file)
    await system.drained()

    rows = [(who, day, product["code"], *sold) for who, day, *sold in SOLD]
    rows.append(("L-9", "2025-03-01", product["code"], "1", "1.00"))
    file = csv_file(("customer", "date", "product", "quantity", "amount"), rows)
    done = await run_import(clerk, SALES, SALES_JOBS, file, currency="EUR")
    assert (done["status"], done["created"], done["failed"]) == ("done", len(SOLD), 1)
    (error,) = await clerk.list(f"{SALES_JOBS}/{done['id']}/errors")
    assert (error["line"], error["code"]) == (len(SOLD) + 2, "unknown_customer")

    await system.drained()
    assert await monthly_sales(manager) == expected()
    (first,) = await manager.list("/v1/customers", external_id="L-1")
    chain = ["delivery.received", "invoice.settled", "receipt.allocated", "allocation.made"]
    told = (await system.told(first["id"]))["order"]
    assert sorted(told) == sorted(chain * 2)
    report = await manager.get(f"/v1/reports/customers/{first['id']}")
    (totals,) = report["totals"]
    assert totals["sales"] == totals["receipts"] == {"amount": "159.98", "currency": "EUR"}
    assert totals["receivables"] == {"amount": "0.00", "currency": "EUR"}


async def monthly_sales(caller: Caller) -> dict[str, Decimal]:
    """The months that have sales."""
    answer = await caller.get("/v1/reports/monthly-sales", currency="EUR")
    found = {each["month"]: Decimal(each["amount"]["amount"]) for each in answer["items"]}
    return {month: amount for month, amount in found.items() if amount}


def expected() -> dict[str, Decimal]:
    """What the rows themselves come to."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for _, day, _, amount in SOLD:
        sums[day[:7]] += Decimal(amount)
    return dict(sums)
