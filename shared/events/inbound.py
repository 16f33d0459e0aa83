"""What other systems tell us on the topics ``crm.inbound.*``. It is input, so every field is
bounded; like all events these carry the whole state of what they are about."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from shared.domain.money import MINOR_UNITS, is_payable
from shared.events.payload import Payload, event
from shared.events.values import Value

_DECIMAL = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,4})?", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2200

D = TypeVar("D", date, datetime)


def _decimal(value: Any) -> Any:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise ValueError('write a decimal string such as "12.5"')
    return value


def _sensible(value: D) -> D:
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise ValueError(f"the year must lie in {_FIRST_YEAR} to {_LAST_YEAR}")
    return value


def _currency(value: str) -> str:
    if value not in MINOR_UNITS:
        raise ValueError("this currency is not kept here")
    return value


def _decimal_schema(places: int, sign: str = "") -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "pattern": rf"^{sign}[0-9]{{1,14}}(\.[0-9]{{1,{places}}})?$"}
    )


def _shown(**example: Any) -> ConfigDict:
    """Show producers what an event looks like."""
    return ConfigDict(json_schema_extra={"examples": [example]})


# PostgreSQL keeps no NUL in text.
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$"),
]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-/]{0,63}$")]
Moment = Annotated[AwareDatetime, AfterValidator(_sensible)]
Day = Annotated[date, AfterValidator(_sensible)]
#: A stock may be below zero: what was taken out is sometimes known before what came in.
StockQuantity = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    Field(max_digits=16, decimal_places=4),
    _decimal_schema(4, "-?"),
]
PaidAmount = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    Field(max_digits=16, decimal_places=2, gt=0),
    _decimal_schema(2),
]
Currency = Annotated[
    str,
    AfterValidator(_currency),
    WithJsonSchema({"type": "string", "enum": sorted(MINOR_UNITS)}),
]


class PaidMoney(Value):
    """More than nothing, in whole minor units of its ISO 4217 currency."""

    amount: PaidAmount
    currency: Currency

    @model_validator(mode="after")
    def _of_the_currency(self) -> Self:
        if not is_payable(self.amount, self.currency):
            raise ValueError(f"{self.currency} has {MINOR_UNITS[self.currency]} decimal places")
        return self


@event("crm.inbound.stock.level_changed.v1")
class StockLevelChanged(Payload):
    """A warehouse counted or moved a product (S116, S135, S224).

    ``site`` is the warehouse or shop as the source calls it.
    """

    model_config = _shown(
        product_code="GY-126",
        site="上海一号仓",
        on_hand="12.5",
        as_of="2026-11-21T08:30:00+08:00",
    )

    product_code: Code
    site: Text
    on_hand: StockQuantity
    as_of: Moment


@event("crm.inbound.product.facts_changed.v1")
class ProductFactsChanged(Payload):
    """A product was entered, changed or taken off sale where it is looked after (S119, S224).

    ``code`` is the same in both systems. The cost price is not among the facts.
    """

    model_config = _shown(
        code="GY-126", name="高压断路器", unit="台", line="开关", category="户外", status="active"
    )

    code: Code
    name: Text
    unit: Text
    line: Text | None = None
    category: Text | None = None
    status: Literal["active", "retired"] = "active"


@event("crm.inbound.payment.received.v1")
class PaymentReceived(Payload):
    """Money of a customer came in, as the bank or a payment service saw it (S159).

    ``reference`` is the payment's own in the source; it is recorded once, however often it comes.
    ``customer_number`` is the number of the customer's record.
    """

    model_config = _shown(
        reference="ICBC 20261121-0001",
        customer_number="C00000001",
        amount={"amount": "9800.00", "currency": "CNY"},
        received_on="2026-11-21",
        method="bank_transfer",
        account="6222 **** 0001",
        remark="货款",
    )

    reference: Text
    customer_number: Text
    amount: PaidMoney
    received_on: Day
    method: Literal[
        "bank_transfer", "cheque", "acceptance_bill", "cash", "card", "wechat", "alipay", "other"
    ] = "bank_transfer"
    account: Text | None = None
    remark: Text | None = None
