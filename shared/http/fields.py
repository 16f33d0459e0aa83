"""Field types of HTTP input: bounded, exact, and nothing PostgreSQL or JSON could choke on."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from shared.domain.money import MINOR_UNITS, is_payable

_DECIMAL = re.compile(r"(-(?=.*[1-9]))?(0|[1-9][0-9]{0,15})(\.[0-9]{1,8})?", re.ASCII)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_DIGITS = 16
_FIRST_YEAR, _LAST_YEAR = 1900, 2200

D = TypeVar("D", date, datetime)


class Input(BaseModel):
    """Base of request bodies: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)


class Output(BaseModel):
    """Base of response bodies: built from aggregates and rows by attribute."""

    model_config = ConfigDict(from_attributes=True)


def _exact(places: int) -> BeforeValidator:
    def exact(value: Any) -> Any:
        if isinstance(value, Decimal):
            return value
        if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
            raise PydanticCustomError("decimal_string", 'Write a decimal string such as "1234.50".')
        if len(value.partition(".")[2]) > places:
            raise PydanticCustomError(
                "decimal_max_places", "Write at most {places} decimal places.", {"places": places}
            )
        return value

    return BeforeValidator(exact)


def _as_stored(places: int) -> AfterValidator:
    """What is answered at once is what is read later: "12.5" is 12.50."""
    step = Decimal(1).scaleb(-places)
    return AfterValidator(lambda value: value.quantize(step))


def _moment(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise PydanticCustomError("moment", "Write an RFC 3339 time with its offset.")
    return value


def _day(value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise PydanticCustomError("day", "Write a date such as 2026-11-21.")
    return value


def _whole(value: Any) -> Any:
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        raise PydanticCustomError("whole_number", "Write a whole number in plain digits.")
    return value


def _sensible(value: D) -> D:
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise PydanticCustomError("year_out_of_range", "The year must lie in 1900 to 2200.")
    return value


def _currency(value: str) -> str:
    if value not in MINOR_UNITS:
        message = "This currency is not supported; amounts are kept in two decimal places."
        raise PydanticCustomError("unknown_currency", message)
    return value


def _decimal_schema(
    places: int, example: str, *, signed: bool = False, positive: bool = False
) -> WithJsonSchema:
    fraction = rf"(\.[0-9]{{1,{places}}})?"
    from_one = rf"[1-9][0-9]{{0,{_DIGITS - places - 1}}}{fraction}"
    below_one = "|".join(
        rf"{'0' * zeros}[1-9][0-9]{{0,{places - zeros - 1}}}" for zeros in range(places)
    )
    above_zero = rf"{from_one}|0\.({below_one})"
    pattern = f"{from_one}|0{fraction}"
    if positive:
        pattern = above_zero
    if signed:
        pattern = rf"-?({above_zero})|0(\.0{{1,{places}}})?"
    return WithJsonSchema({"type": "string", "pattern": f"^({pattern})$", "examples": [example]})


#: Something else than blanks; the next line (U+0085), which ECMA 262 takes for none, is one too.
NOT_BLANK = r"[^\s\u0085]"


def _text_schema(maximum: int) -> WithJsonSchema:
    """Blanks around a text are cut off, and blanks alone are nothing."""
    return WithJsonSchema(
        {"type": "string", "minLength": 1, "maxLength": maximum, "pattern": NOT_BLANK}
    )


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    _text_schema(200),
]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    _text_schema(500),
]
Note = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000),
    _text_schema(4000),
]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-/]{0,63}$")]
Integer = Annotated[int, Field(strict=True, ge=-(2**31), le=2**31 - 1)]
Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
#: A number in an address, which is text: neither "1_0" nor "1.0" is one. It stands behind the
#: limits, which the document would not tell otherwise.
Digits = BeforeValidator(_whole)
Currency = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{3}$"),
    AfterValidator(_currency),
    WithJsonSchema({"type": "string", "enum": sorted(MINOR_UNITS)}),
]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment), AfterValidator(_sensible)]
Day = Annotated[date, BeforeValidator(_day), AfterValidator(_sensible)]
#: True or false, and nothing that could be taken for them.
Flag = Annotated[bool, Field(strict=True)]
Amount = Annotated[
    Decimal,
    _exact(2),
    Field(max_digits=_DIGITS, decimal_places=2),
    _as_stored(2),
    _decimal_schema(2, "1234.50", signed=True),
]
AmountOrNothing = Annotated[
    Decimal,
    _exact(2),
    Field(max_digits=_DIGITS, decimal_places=2, ge=0),
    _as_stored(2),
    _decimal_schema(2, "1234.50"),
]
PositiveAmount = Annotated[
    Decimal,
    _exact(2),
    Field(max_digits=_DIGITS, decimal_places=2, gt=0),
    _as_stored(2),
    _decimal_schema(2, "1234.50", positive=True),
]
Quantity = Annotated[
    Decimal,
    _exact(4),
    Field(max_digits=_DIGITS, decimal_places=4, gt=0),
    _as_stored(4),
    _decimal_schema(4, "12.5", positive=True),
]
QuantityOrNothing = Annotated[
    Decimal,
    _exact(4),
    Field(max_digits=_DIGITS, decimal_places=4, ge=0),
    _as_stored(4),
    _decimal_schema(4, "12.5"),
]
#: A discount or rate as a share of one, from 0 to 1; "0.05" is 5 %.
Share = Annotated[
    Decimal,
    _exact(6),
    Field(max_digits=7, decimal_places=6, ge=0, le=1),
    _as_stored(6),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$",
            "examples": ["0.05"],
        }
    ),
]


def payable(amount: Decimal, currency: str) -> Decimal:
    """Return an amount in whole minor units of its currency; a validator refuses any other."""
    if not is_payable(amount, currency):
        raise PydanticCustomError(
            "currency_places",
            "{currency} has {places} decimal places.",
            {"currency": currency, "places": MINOR_UNITS[currency]},
        )
    return amount


class MoneyIn(Input):
    """Money in a request: a decimal string, in whole minor units of its ISO 4217 currency."""

    amount: PositiveAmount
    currency: Currency

    @model_validator(mode="after")
    def _of_the_currency(self) -> Self:
        payable(self.amount, self.currency)
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> Any:
        """Show an example in the documentation."""
        return {**handler(core_schema), "examples": [{"amount": "1234.50", "currency": "CNY"}]}


class MoneyOut(Output):
    """Money in a response: a decimal string with two places and its currency."""

    amount: Decimal
    currency: str
