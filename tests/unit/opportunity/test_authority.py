"""Discount authority: its boundaries on line and total, and no way around them by splitting."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.opportunity.quotes.line import QuoteLine
from shared.auth.discounts import SHIPPED, Band, DiscountPolicy, InvalidPolicy, discount_off
from shared.auth.roles import Role
from shared.domain.ids import new_id
from shared.domain.money import line_amount

BOUNDARIES = [
    ("0.0000", Role.ACCOUNT_MANAGER),
    ("0.0200", Role.ACCOUNT_MANAGER),
    ("0.0201", Role.SALES_MANAGER),
    ("0.0500", Role.SALES_MANAGER),
    ("0.0501", Role.DEPUTY_GENERAL_MANAGER),
    ("0.0800", Role.DEPUTY_GENERAL_MANAGER),
    ("0.0801", Role.GENERAL_MANAGER),
    ("1.0000", Role.GENERAL_MANAGER),
]


def line(
    list_price: str,
    *,
    quantity: str = "1",
    base_price: str | None = None,
    discount: str = "0",
    standard: bool = True,
) -> QuoteLine:
    base, share = Decimal(base_price or list_price), Decimal(discount)
    return QuoteLine(
        id=new_id(),
        product_id=new_id(),
        product_code="P-1",
        product_name="断路器",
        unit="台",
        quantity=Decimal(quantity),
        list_price=Decimal(list_price),
        base_price=base,
        discount=share,
        amount=line_amount(Decimal(quantity), base, share, currency="CNY"),
        standard=standard,
        unit_cost=None,
    )


@pytest.mark.parametrize(("discount", "role"), BOUNDARIES)
@pytest.mark.parametrize(("quantity", "price"), [("1", "100.00"), ("3.3333", "0.07")])
def test_a_limit_belongs_to_the_band_below_it(
    discount: str, role: Role, quantity: str, price: str
) -> None:
    """S108: boundaries are inclusive, whatever rounding does to the amounts."""
    assert SHIPPED.required_role([line(price, quantity=quantity, discount=discount)]) == role


@pytest.mark.parametrize(("discount", "role"), BOUNDARIES[:-1])
def test_a_stated_price_is_judged_as_the_discount_it_is(discount: str, role: Role) -> None:
    """S108."""
    stated = str(10_000 * (1 - Decimal(discount)))
    assert SHIPPED.required_role([line("10000.00", base_price=stated)]) == role


def test_the_worst_line_counts_even_when_the_total_is_small() -> None:
    """S108: judged on every line."""
    lines = [line("99.00"), line("1.00", discount="0.0801")]
    assert SHIPPED.required_role(lines) == Role.GENERAL_MANAGER


def test_a_surcharge_does_not_pay_for_a_discount() -> None:
    """S108: the higher demand counts."""
    lines = [line("100.00", base_price="120.00"), line("100.00", base_price="94.00")]
    assert SHIPPED.required_role(lines) == Role.DEPUTY_GENERAL_MANAGER


def test_a_line_outside_the_price_list_needs_the_general_manager() -> None:
    """S106."""
    lines = [line("100.00"), line("1.00", standard=False)]
    assert SHIPPED.required_role(lines) == Role.GENERAL_MANAGER


@pytest.mark.parametrize("required", list(SHIPPED.roles))
@pytest.mark.parametrize("held", list(SHIPPED.roles))
def test_a_role_covers_what_lies_below_it(held: Role, required: Role) -> None:
    """S221."""
    covers = SHIPPED.roles.index(held) >= SHIPPED.roles.index(required)
    assert SHIPPED.covering_role({held, Role.FINANCE}, required) == (held if covers else None)


def test_roles_without_a_band_cover_nothing() -> None:
    assert SHIPPED.covering_role({Role.ADMINISTRATOR, Role.FINANCE}, Role.ACCOUNT_MANAGER) is None


@pytest.mark.parametrize(
    ("bands", "non_standard"),
    [
        ([("sales_manager", "0.02")], "sales_manager"),
        ([("sales_manager", None), ("general_manager", None)], "general_manager"),
        (
            [("account_manager", "0.05"), ("sales_manager", "0.05"), ("general_manager", None)],
            "general_manager",
        ),
        ([("sales_manager", "0.05"), ("sales_manager", None)], "sales_manager"),
        ([("sales_manager", "0.05"), ("general_manager", None)], "finance"),
    ],
)
def test_bands_that_do_not_fit_together_are_refused(
    bands: list[tuple[str, str | None]], non_standard: str
) -> None:
    """S108: the policy is data."""
    built = tuple(Band(Role(role), Decimal(limit) if limit else None) for role, limit in bands)
    with pytest.raises(InvalidPolicy):
        DiscountPolicy(built, Role(non_standard)).check()


@pytest.mark.parametrize(
    ("listed", "asked", "expected"),
    [
        ("100", "100", "0.000000"),
        ("100", "120", "0.000000"),
        ("100", "98", "0.020000"),
        ("3", "2", "0.333334"),
        ("30000000", "29399999", "0.020001"),
    ],
)
def test_a_discount_never_looks_smaller_than_it_is(listed: str, asked: str, expected: str) -> None:
    assert discount_off(Decimal(listed), Decimal(asked)) == Decimal(expected)


PRICES = st.decimals(min_value="0.01", max_value="99999.99", places=2)
QUANTITIES = st.decimals(min_value="0.0001", max_value="9999.9999", places=4)
SHARES = st.decimals(min_value="0", max_value="0.2", places=6)


@st.composite
def quote_lines(draw: st.DrawFn) -> QuoteLine:
    """A line with a discount or a stated price, possibly above the list."""
    price, quantity = draw(PRICES), draw(QUANTITIES)
    if draw(st.booleans()):
        return line(str(price), quantity=str(quantity), discount=str(draw(SHARES)))
    factor = 1 - draw(st.decimals(min_value="-0.1", max_value="0.2", places=4))
    stated = max(Decimal("0.01"), (price * factor).quantize(Decimal("0.01")))
    return line(str(price), quantity=str(quantity), base_price=str(stated))


def _given_away(lines: list[QuoteLine]) -> Fraction:
    """The discount on the total, in exact fractions: an oracle of its own."""
    listed = sum(Fraction(each.quantity) * Fraction(each.list_price) for each in lines)
    asked = sum(
        Fraction(each.quantity) * Fraction(each.base_price) * (1 - Fraction(each.discount))
        for each in lines
    )
    return Fraction(listed - asked, listed)


def _demanded(share: Fraction) -> int:
    limits = (Fraction(2, 100), Fraction(5, 100), Fraction(8, 100))
    return sum(share > limit for limit in limits)


@given(st.lists(quote_lines(), min_size=1, max_size=8))
def test_the_demand_is_the_highest_of_total_and_lines(lines: list[QuoteLine]) -> None:
    """S108: against exact fractions."""
    demanded = max(_demanded(_given_away(part)) for part in ([each] for each in lines))
    demanded = max(demanded, _demanded(_given_away(lines)))
    assert SHIPPED.roles.index(SHIPPED.required_role(lines)) == demanded


@given(
    price=PRICES,
    discount=st.decimals(min_value="0", max_value="0.12", places=4),
    shares=st.lists(st.integers(min_value=0, max_value=100), min_size=2, max_size=8),
)
def test_a_discount_does_not_shrink_by_being_split_over_lines(
    price: Decimal, discount: Decimal, shares: list[int]
) -> None:
    """S108: one discount on one line, or the same money spread over many lines as one likes."""
    whole = [line(str(price), quantity=str(len(shares)), discount=str(discount))]
    weights = [share + 1 for share in shares]
    spread = (discount * len(shares) * weight / sum(weights) for weight in weights)
    parts = [
        line(str(price), discount=str(part.quantize(Decimal("0.000001"), ROUND_CEILING)))
        for part in spread
    ]
    assert _given_away(parts) >= _given_away(whole)
    rank = SHIPPED.roles.index
    assert rank(SHIPPED.required_role(parts)) >= rank(SHIPPED.required_role(whole))


@given(quote_lines(), st.integers(min_value=2, max_value=6))
def test_repeating_a_line_in_parts_changes_no_demand(whole: QuoteLine, parts: int) -> None:
    """S108: many small lines are judged like the one they make."""
    assert SHIPPED.required_role([whole] * parts) == SHIPPED.required_role([whole])
