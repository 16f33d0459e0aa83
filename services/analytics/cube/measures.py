"""What can be summed: each measure is a table of facts that have a day, an owner, an amount."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa

from services.analytics.cube.dimensions import PARTIES, PERIODS, PRODUCTS, Dimension
from services.analytics.facts import payments, trade
from services.analytics.receivables.open import open_invoices


class MeasureName(StrEnum):
    """What is asked for."""

    SALES = "sales"  # 销售额: lines of issued invoices, by the day of issue
    ORDERS = "orders"  # 订单额: lines of approved orders, by the day of the order
    DELIVERIES = "deliveries"  # 发货额: lines shipped, by the day of shipping
    RECEIPTS = "receipts"  # 回款额: money received and not taken back, by the day of receipt
    RECEIVABLES = "receivables"  # 应收款: open on issued invoices, by the day of issue
    CONTRACTS = "contracts"  # 合同额: lines of signed contracts, by the day of signing


@dataclass(frozen=True, eq=False)
class Measure:
    """``table`` holds what is summed; ``document`` is whose events it comes from."""

    name: MeasureName
    term: str
    document: sa.Table
    table: Callable[[date | None], sa.FromClause]
    amount: str = "amount"
    has_products: bool = True

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What it can be broken down by."""
        return (*PARTIES, *(PRODUCTS if self.has_products else ()), *PERIODS)


def _lines(name: MeasureName, term: str, document: sa.Table, lines: sa.Table) -> Measure:
    return Measure(name, term, document, lambda on: lines.alias("fact"))


MEASURES = {
    each.name: each
    for each in (
        _lines(MeasureName.SALES, "销售额", trade.invoices, trade.invoice_lines),
        _lines(MeasureName.ORDERS, "订单额", trade.orders, trade.order_lines),
        _lines(MeasureName.DELIVERIES, "发货额", trade.deliveries, trade.delivery_lines),
        _lines(MeasureName.CONTRACTS, "合同额", trade.contracts, trade.contract_lines),
        Measure(
            MeasureName.RECEIPTS,
            "回款额",
            payments.receipts,
            lambda on: payments.receipts.alias("fact"),
            has_products=False,
        ),
        Measure(
            MeasureName.RECEIVABLES,
            "应收款",
            trade.invoices,
            open_invoices,
            amount="open",
            has_products=False,
        ),
    )
}
