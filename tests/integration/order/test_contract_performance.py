"""The contract performance table agrees with the documents it is read from."""

from __future__ import annotations

import asyncpg
import pytest

from tests.support.fulfilment import allocated, delivered, invoiced, received, share, taken_back
from tests.support.opportunity import money, today
from tests.support.order import (
    Body,
    approved_order,
    call,
    customer,
    drafted_contract,
    read,
    signed_contract,
)
from tests.support.services import ServiceUnderTest

FIGURES = ("ordered", "delivered", "invoiced", "received")


def figures(row: Body) -> tuple[str, ...]:
    """The amounts of a contract or period."""
    return tuple(row[name]["amount"] for name in FIGURES)


async def test_each_step_shows_in_the_table(order: ServiceUnderTest) -> None:
    """S131, S161: ordered, delivered, invoiced, received, and what is taken back."""
    customer_id = await customer(order)
    contract = await signed_contract(order, customer_id)
    seen = []

    async def look() -> None:
        (row,) = (await read(order, f"contract-performance?contract_id={contract['id']}"))["items"]
        seen.append(figures(row))

    await look()
    under = {"chain": "contract_first", "contract_id": contract["id"]}
    ordered = await approved_order(order, customer_id, call(contract, "8"), **under)
    await look()
    sent = await delivered(order, ordered, "5")
    await look()
    invoice = await invoiced(order, sent)
    await look()
    receipt = await received(order, customer_id, "300.00")
    paid = await allocated(order, receipt, share(invoice))
    await look()
    await taken_back(order, paid["allocations"][0])
    await look()
    assert seen == [
        ("0.00", "0.00", "0.00", "0.00"),
        ("800.00", "0.00", "0.00", "0.00"),
        ("800.00", "500.00", "0.00", "0.00"),
        ("800.00", "500.00", "500.00", "0.00"),
        ("800.00", "500.00", "500.00", "300.00"),
        ("800.00", "500.00", "500.00", "0.00"),
    ]


@pytest.mark.parametrize(
    ("period", "starts"),
    [
        ("month", ["2026-01-01", "2026-05-01", "2026-06-01"]),
        ("quarter", ["2026-01-01", "2026-04-01"]),
        ("year", ["2026-01-01"]),
    ],
)
async def test_figures_are_broken_down_by_period(
    order: ServiceUnderTest, period: str, starts: list[str]
) -> None:
    """S131: month, quarter, year; the periods sum to the contract."""
    customer_id = await customer(order)
    contract = await signed_contract(order, customer_id)
    under = {"chain": "contract_first", "contract_id": contract["id"]}
    for day, quantity in (("2026-01-31", "1"), ("2026-05-01", "2"), ("2026-06-30", "3")):
        ordered = await approved_order(order, customer_id, call(contract, quantity), **under)
        await backdate(order, ordered, day)
    path = f"contract-performance?contract_id={contract['id']}&period={period}"
    (row,) = (await read(order, path))["items"]
    assert [each["starts_on"] for each in row["periods"]] == starts
    assert sum(int(each["ordered"]["amount"][:-3]) for each in row["periods"]) == 600
    (part,) = (await read(order, f"{path}&first=2026-02-01&last=2026-05-31"))["items"]
    assert figures(part) == ("200.00", "0.00", "0.00", "0.00")


async def test_contracts_are_paged_and_filtered(order: ServiceUnderTest) -> None:
    """S131: every contract once, drafts with nothing."""
    customer_id = await customer(order)
    drafts = [await drafted_contract(order, customer_id) for _ in range(3)]
    path = f"contract-performance?customer_id={customer_id}&sort=number&page_size=2"
    first = await read(order, path)
    second = await read(order, f"{path}&page_token={first['next_page_token']}")
    rows = first["items"] + second["items"]
    assert [each["number"] for each in rows] == [each["number"] for each in drafts]
    assert {figures(each) for each in rows} == {("0.00",) * 4}
    assert rows[0]["total"] == money("1000.00")
    signed = await read(order, f"contract-performance?customer_id={customer_id}&status=signed")
    assert signed["items"] == []


async def backdate(order: ServiceUnderTest, ordered: Body, day: str) -> None:
    """Orders carry the day they are placed; tests of periods need others."""
    assert day < today().isoformat()
    connection = await asyncpg.connect(order.owner_dsn)
    statement = "UPDATE sales_order SET ordered_on = $1::text::date WHERE id = $2::text::uuid"
    await connection.execute(statement, day, ordered["id"])
    await connection.close()
