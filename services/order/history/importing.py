"""The import of sales history: the columns of the file, and rows to sales."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from services.order.history.model import Sale
from services.order.history.takeover import look_up, take_over
from services.order.receipts.model import Method
from shared.db.unit_of_work import UnitOfWork
from shared.domain.clock import business_date, now
from shared.domain.money import DEFAULT_CURRENCY
from shared.http.fields import (
    AmountOrNothing,
    Currency,
    Day,
    Input,
    Name,
    Quantity,
    Share,
    payable,
)
from shared.imports.kinds import Batch, Column, ImportKind, Outcome, Row, RowError, row_errors

COLUMNS = (
    Column("customer", "Customer", "客户", required=True, also=("customer id", "客户编号")),
    Column("sold_on", "Date", "日期", required=True, also=("销售日期", "day")),
    Column("product_code", "Product", "产品", required=True, also=("产品编码", "code", "sku")),
    Column("quantity", "Quantity", "数量", required=True, also=("qty", "number")),
    Column("amount", "Amount", "金额", required=True, also=("total", "销售额")),
    Column("currency", "Currency", "币种"),
    Column("unit", "Unit", "单位"),
    Column("discount", "Discount", "折扣"),
    Column("method", "Method", "付款方式", also=("payment method", "收款方式")),
)

#: Numbers carry two digits of the year, so a range of a hundred years keeps them apart.
_FIRST_DAY = date(1970, 1, 1)


class Options(Input):
    """What holds for rows that do not say otherwise."""

    currency: Currency = DEFAULT_CURRENCY
    method: Method = Method.OTHER


def _in_the_past(value: date) -> date:
    if not _FIRST_DAY <= value <= business_date(now()):
        raise PydanticCustomError("not_in_the_past", "The date must lie in 1970 to today.")
    return value


class _Entry(BaseModel):
    """One row of the file."""

    model_config = ConfigDict(str_strip_whitespace=True)

    customer: Name
    sold_on: Annotated[Day, AfterValidator(_in_the_past)]
    product_code: Name
    quantity: Quantity
    currency: Currency
    amount: AmountOrNothing
    method: Method
    unit: Name | None = None
    discount: Share = Decimal(0)

    @field_validator("amount")
    @classmethod
    def _of_the_currency(cls, amount: Decimal, known: ValidationInfo) -> Decimal:
        return payable(amount, known.data.get("currency", DEFAULT_CURRENCY))


async def import_sales(uow: UnitOfWork, batch: Batch) -> Outcome:
    """Take rows over as complete chains of documents (S223).

    All documents of a job carry its id; identical rows are separate purchases and all count. Their
    prices are facts of the past: no discount authority is asked for (S108), and no business type
    is chosen.
    """
    outcome = Outcome()
    sales = dict(_sales(batch, outcome))
    known = await look_up(uow, list(sales.values()))
    for line, sale in list(sales.items()):
        if problem := known.problem(sale):
            error = RowError(line, problem.code, problem.message, problem.column)
            outcome.errors.append(error)
            del sales[line]
    if sales:
        await take_over(uow, list(sales.values()), known, uow.correlation_id)
    outcome.created = len(sales)
    return outcome


KIND = ImportKind("sales_history", COLUMNS, import_sales, Options)


def _sales(batch: Batch, outcome: Outcome) -> Iterator[tuple[int, Sale]]:
    for row in batch.rows:
        try:
            yield row.line, _sale(row, batch.options)
        except ValidationError as error:
            outcome.errors += row_errors(row.line, error)


def _sale(row: Row, options: Options) -> Sale:
    given = {name: text for name, text in row.values.items() if text}
    entry = _Entry.model_validate({**vars(options), **given})
    return Sale(**vars(entry))
