"""Field types of HTTP input: what they take, and that they refuse everything a column, a number
or JSON could choke on."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.domain.money import MINOR_UNITS
from shared.http.fields import (
    Amount,
    Code,
    Count,
    Currency,
    Day,
    Input,
    Integer,
    Moment,
    MoneyIn,
    Name,
    PositiveAmount,
    Quantity,
    Share,
)


def accepts(kind: Any, value: Any) -> Any:
    return TypeAdapter(kind).validate_python(value)


def refuses(kind: Any, value: Any) -> str:
    """The code of the refusal."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    return str(caught.value.errors()[0]["type"])


@pytest.mark.parametrize("text", ["0", "0.01", "1234.50", "99999999999999.99", "-3.10"])
def test_an_amount_is_a_decimal_string(text: str) -> None:
    assert accepts(Amount, text) == Decimal(text)


@pytest.mark.parametrize(
    "value",
    [
        *(
            "",
            " ",
            "1,000.00",
            "1e3",
            "1E2",
            "NaN",
            "Infinity",
            "-Infinity",
            "sNaN",
            "0x10",
            "1_000",
        ),
        *(
            "+1",
            ".5",
            "1.",
            "01",
            "--1",
            "1.0.0",
            "一百",
            "१२",
            "1\x00",
            "1\n",
            "\u0661",
            "9" * 400,
        ),
        *(1, 1.5, True, None, [], {}, b"1"),
    ],
)
def test_nothing_else_is_an_amount(value: Any) -> None:
    """Numbers of JSON are refused too: 1234.10 is not what a float holds."""
    refuses(Amount, value)


@pytest.mark.parametrize("text", ["0.001", "123456789012345.00", "1.234"])
def test_an_amount_has_two_places_and_fits_the_column(text: str) -> None:
    refuses(Amount, text)


@pytest.mark.parametrize("text", ["0", "0.00", "-0.01"])
def test_money_that_moves_is_more_than_nothing(text: str) -> None:
    assert refuses(PositiveAmount, text) == "greater_than"


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("0.0001", True),
        ("999999999999.9999", True),
        ("0", False),
        ("0.00001", False),
        ("-1", False),
    ],
)
def test_a_quantity_has_four_places_and_is_positive(text: str, fits: bool) -> None:
    if fits:
        assert accepts(Quantity, text) == Decimal(text)
    else:
        refuses(Quantity, text)


@pytest.mark.parametrize(
    ("text", "fits"), [("0", True), ("1", True), ("0.05", True), ("1.01", False), ("-0.1", False)]
)
def test_a_share_lies_between_nothing_and_all(text: str, fits: bool) -> None:
    if fits:
        assert accepts(Share, text) == Decimal(text)
    else:
        refuses(Share, text)


@given(
    st.decimals(
        min_value=Decimal("-99999999999999.99"), max_value=Decimal("99999999999999.99"), places=2
    )
)
def test_every_amount_that_we_write_is_read_again(amount: Decimal) -> None:
    text = format(amount, "f")
    assert accepts(Amount, text.removeprefix("-") if amount == 0 else text) == amount


@given(st.text(max_size=30))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    for kind in (Amount, Quantity, Share, Moment, Day, Currency, Code, Name):
        try:
            accepts(kind, text)
        except ValidationError:
            continue


def test_a_currency_is_one_that_is_kept_in_two_places() -> None:
    assert all(accepts(Currency, code) == code for code in MINOR_UNITS)
    assert refuses(Currency, "KWD") == "unknown_currency"
    assert refuses(Currency, "cny") == "string_pattern_mismatch"


def test_money_is_an_amount_and_its_currency_and_nothing_else() -> None:
    money = MoneyIn.model_validate({"amount": "12.50", "currency": "CNY"})
    assert (money.amount, money.currency) == (Decimal("12.50"), "CNY")
    refuses(MoneyIn, {"amount": "12.50"})
    assert refuses(MoneyIn, {"amount": "1", "currency": "CNY", "rate": 1}) == "extra_forbidden"


@pytest.mark.parametrize("currency", ["JPY", "KRW", "VND"])
def test_money_has_no_fractions_that_its_currency_lacks(currency: str) -> None:
    """There is no half yen; what is written as whole yen with places is whole."""
    assert refuses(MoneyIn, {"amount": "100.50", "currency": currency}) == "currency_places"
    assert refuses(MoneyIn, {"amount": "0.01", "currency": currency}) == "currency_places"
    for whole in ("100", "100.0", "100.00"):
        money = MoneyIn.model_validate({"amount": whole, "currency": currency})
        assert money.amount == Decimal(100)


@pytest.mark.parametrize(
    "text", ["2026-11-21T08:30:00Z", "2026-11-21T08:30:00.123456+08:00", "2026-11-21t08:30z"]
)
def test_a_moment_has_an_offset(text: str) -> None:
    assert isinstance(accepts(Moment, text), datetime)
    assert accepts(Moment, text).utcoffset() is not None


@pytest.mark.parametrize(
    "value",
    [
        *("2026-11-21", "2026-11-21T08:30:00", "1763712000", "21.11.2026", "2026-13-01T00:00:00Z"),
        *("2026-02-30T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
        *("2026-11-21T25:00:00Z", "2026-11-21T08:30:00+99:00", 1763712000, 1.5, None),
    ],
)
def test_no_other_moment_is_taken(value: Any) -> None:
    """Years lie in 1900 to 2200, so that no conversion between zones can overflow."""
    refuses(Moment, value)


def test_a_day_is_a_date() -> None:
    assert accepts(Day, "2026-11-21") == date(2026, 11, 21)
    for value in ("2026-02-29", "2026-11-21T00:00:00Z", "20261121", "1899-12-31", "2201-01-01", 5):
        refuses(Day, value)


def test_text_is_stripped_and_bounded() -> None:
    class Body(Input):
        name: Name

    assert Body(name="  华为  ").name == "华为"
    assert refuses(Body, {"name": "   "}) == "string_too_short"
    assert refuses(Body, {"name": "x" * 201}) == "string_too_long"
    assert refuses(Body, {"name": "x", "owner": "me"}) == "extra_forbidden"


def test_a_code_is_plain_ascii() -> None:
    assert accepts(Code, "SKU-1/a.b_c") == "SKU-1/a.b_c"
    for value in ("", "-x", "ä", "a b", "a\n", "x" * 65, "a\x00"):
        refuses(Code, value)


def test_whole_numbers_fit_their_columns() -> None:
    assert accepts(Integer, 2**31 - 1) == 2**31 - 1
    for value in (2**31, -(2**31) - 1, "1", 1.0, True, 10**400):
        refuses(Integer, value)
    assert refuses(Count, 0) == "greater_than_equal"
