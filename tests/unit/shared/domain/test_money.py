"""Money: rounded once per line, half away from zero, and sums of rounded lines."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.money import MINOR_UNITS, is_payable, line_amount, round_money, total

amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=6)
cents = st.decimals(min_value=-(10**12), max_value=10**12, places=2)


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        ("1.004", "1.00"),
        ("1.005", "1.01"),  # a binary float would give 1.00
        ("2.675", "2.68"),  # and here 2.67
        ("1.0049999", "1.00"),
        ("-1.005", "-1.01"),
        ("0.125", "0.13"),
        ("0.135", "0.14"),  # half to even would give 0.14 and 0.12
        ("1000000.005", "1000000.01"),
        ("7", "7.00"),
    ],
)
def test_a_half_is_rounded_away_from_zero(exact: str, rounded: str) -> None:
    assert str(round_money(Decimal(exact), "CNY")) == rounded


@given(amounts)
def test_rounding_moves_by_at_most_half_a_cent(amount: Decimal) -> None:
    assert abs(round_money(amount, "CNY") - amount) <= Decimal("0.005")


@given(amounts)
def test_rounding_knows_no_sign(amount: Decimal) -> None:
    assert round_money(-amount, "CNY") == -round_money(amount, "CNY")


@given(cents)
def test_what_is_rounded_stays(amount: Decimal) -> None:
    assert round_money(amount, "CNY") == amount


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "amount"),
    [
        ("3", "0.335", "0", "1.01"),  # 1.005 is rounded once, not 3 times 0.34
        ("1.5", "9.99", "0", "14.99"),  # 14.985
        ("10", "19.90", "0.05", "189.05"),
        ("7", "12.34", "0.333333", "57.59"),  # 57.5866954...
        ("0.0001", "0.01", "0", "0.00"),
        ("1", "100", "1", "0.00"),
    ],
)
def test_a_line_is_rounded_once_after_the_discount(
    quantity: str, price: str, discount: str, amount: str
) -> None:
    numbers = Decimal(quantity), Decimal(price), Decimal(discount)
    assert str(line_amount(*numbers, currency="CNY")) == amount


@given(st.lists(cents, max_size=50))
def test_a_total_is_the_sum_of_its_lines(lines: list[Decimal]) -> None:
    assert total(lines) == sum(lines, Decimal(0))
    assert total(lines).as_tuple().exponent == -2


def test_a_total_is_not_the_rounded_sum_of_exact_lines() -> None:
    """Three lines of 0.335: the document says 1.02, because each line says 0.34."""
    assert total([line_amount(Decimal(1), Decimal("0.335"), currency="CNY")] * 3) == Decimal("1.02")


@pytest.mark.parametrize(
    ("currency", "exact", "rounded"),
    [
        ("JPY", "33.5", "34.00"),
        ("JPY", "33.49", "33.00"),
        ("JPY", "-0.5", "-1.00"),
        ("KRW", "1000.4999", "1000.00"),
        ("VND", "0.5", "1.00"),
        ("CNY", "33.495", "33.50"),
        ("USD", "0.005", "0.01"),
    ],
)
def test_an_amount_is_rounded_to_the_coins_of_its_currency(
    currency: str, exact: str, rounded: str
) -> None:
    """S101, S160: nobody is charged half a yen; all amounts are written with two places."""
    assert str(round_money(Decimal(exact), currency)) == rounded
    assert is_payable(round_money(Decimal(exact), currency), currency)


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "317.00"), ("CNY", "316.66")])
def test_a_line_is_rounded_to_the_coins_of_its_currency(currency: str, amount: str) -> None:
    """S101: 3.3333 pieces at 100 less 5 %."""
    numbers = Decimal("3.3333"), Decimal(100), Decimal("0.05")
    assert str(line_amount(*numbers, currency=currency)) == amount


@pytest.mark.parametrize("currency", ["KWD", "BHD", "TND"])
def test_a_currency_of_three_places_is_refused(currency: str) -> None:
    """Two places are kept: a third would be lost without a word."""
    with pytest.raises(KeyError):
        round_money(Decimal("1.005"), currency)


def test_an_amount_is_payable_in_the_coins_of_its_currency() -> None:
    assert is_payable(Decimal("100.50"), "CNY")
    assert is_payable(Decimal("100.00"), "JPY")
    assert not is_payable(Decimal("100.50"), "JPY")


def test_every_currency_fits_into_two_places() -> None:
    assert set(MINOR_UNITS.values()) <= {0, 2}
    assert MINOR_UNITS["CNY"] == 2
    assert MINOR_UNITS["JPY"] == 0
    assert all(len(code) == 3 and code.isupper() for code in MINOR_UNITS)


@given(amounts)
def test_rounding_is_never_truncation_below_a_half(amount: Decimal) -> None:
    cut = amount.quantize(Decimal("0.01"), ROUND_DOWN)
    assert abs(round_money(amount, "CNY")) >= abs(cut)
