"""What analytics shows at the end, and whether it equals the sums taken straight from the file."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from shared.demo.company import Company
from shared.demo.samples import CURRENCY
from shared.demo.stage import eventually, money
from shared.host.errors import HostError

_READER = "zhaolei"
_BAR = 40


async def show(company: Company, console: Console, expected: Mapping[str, Decimal]) -> None:
    """Print monthly sales, contribution bands, receivables and the funnel.

    Raises:
        HostError: monthly sales differ from the file.
    """
    await compare_monthly_sales(company, console, expected)
    await _contribution(company, console)
    await _ageing(company, console)
    await _funnel(company, console)


async def compare_monthly_sales(
    company: Company, console: Console, expected: Mapping[str, Decimal]
) -> None:
    """Print monthly sales beside the sums taken from the file.

    Raises:
        HostError: they differ, if only by a cent.
    """
    query = {"currency": CURRENCY, "from": "1997-01-01", "to": "1998-06-30"}

    async def all_there() -> dict[str, Decimal] | None:
        answer = await company.get(_READER, "/v1/reports/monthly-sales", **query)
        found = {each["month"]: Decimal(each["amount"]["amount"]) for each in answer["items"]}
        return found if sum(found.values()) >= sum(expected.values()) else None

    found = await eventually(all_there, "the sales to arrive in analytics")
    table = Table(title=f"Monthly sales, {CURRENCY} (CDNOW sample)", title_justify="left")
    for name in ("month", "analytics", "file"):
        table.add_column(name, justify="right")
    table.add_column("")
    most = max(expected.values())
    for month, amount in expected.items():
        bar = "█" * round(_BAR * amount / most)
        table.add_row(month, f"{found.get(month, Decimal(0)):,.2f}", f"{amount:,.2f}", bar)
    console.print(table)
    if found != dict(expected):
        raise HostError("Monthly sales differ from the sums taken from the file.")
    total = sum(expected.values())
    console.print(f"{len(expected)} months, {total:,.2f} {CURRENCY}: equal to the cent.\n")


async def _contribution(company: Company, console: Console) -> None:
    query = {"currency": CURRENCY, "from": "1997-01-01", "to": "1998-06-30"}
    answer = await company.get(_READER, "/v1/reports/contribution", **query)
    columns = ("customers", "share of customers", "amount", "share of amount")
    table = _table("Contribution of customers (贡献分布)", "from", *columns)
    for band in answer["bands"]:
        table.add_row(
            money(band["lower"]),
            str(band["customers"]),
            _percent(band["customer_share"]),
            money(band["amount"]),
            _percent(band["amount_share"]),
        )
    console.print(table)


async def _ageing(company: Company, console: Console) -> None:
    answer = await company.get(_READER, "/v1/reports/ageing")
    buckets = ("open", "current", "days_1_30", "days_31_60", "days_61_90", "days_over_90")
    table = _table(f"Receivables on {answer['on']} (应收账龄)", *buckets)
    for row in answer["totals"]:
        table.add_row(*(money(row[name]) for name in buckets))
    console.print(table if answer["totals"] else "No receivable is open.\n")


async def _funnel(company: Company, console: Console) -> None:
    answer = await company.get(_READER, "/v1/reports/funnel")
    table = _table("Pipeline (销售漏斗)", "stage", "entered", "reached", "conversion")
    for stage in answer["stages"]:
        conversion = _percent(stage["conversion"]) if stage["conversion"] else "–"
        table.add_row(stage["stage"], str(stage["entered"]), str(stage["reached"]), conversion)
    console.print(table)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for name in columns:
        table.add_column(name, justify="right")
    return table


def _percent(share: Any) -> str:
    return f"{Decimal(share) * 100:.1f} %"
