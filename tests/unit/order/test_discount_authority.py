"""What a priced document of the order service demands of its approver, and who has it."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.order.orders.model import Order
from services.order.prices.model import Tier, Yardstick, price_for
from shared.auth.discounts import SHIPPED, AuthorityExceeded, Band, DiscountPolicy
from shared.auth.roles import Role
from shared.domain.ids import new_id
from tests.support.order_models import an_order, an_order_line

TODAY = Yardstick(new_id(), 1, SHIPPED)
SELLER, STOREKEEPER, CLERK = {Role.ACCOUNT_MANAGER}, {Role.WAREHOUSE}, {Role.FINANCE}
LADDER = list(SHIPPED.roles)

BOUNDARIES = [
    ("0", None),
    ("0.000001", Role.ACCOUNT_MANAGER),
    ("0.02", Role.ACCOUNT_MANAGER),
    ("0.020001", Role.SALES_MANAGER),
    ("0.05", Role.SALES_MANAGER),
    ("0.050001", Role.DEPUTY_GENERAL_MANAGER),
    ("0.08", Role.DEPUTY_GENERAL_MANAGER),
    ("0.080001", Role.GENERAL_MANAGER),
    ("1", Role.GENERAL_MANAGER),
]


def judged(*lines: tuple[str, str, str, str | None], roles: set[Role] = SELLER) -> Order:
    """An order of lines of quantity, price, discount and list price, written by ``roles``."""
    order = an_order(
        *(
            an_order_line(*numbers, list_price=None if listed is None else Decimal(listed))
            for *numbers, listed in lines
        )
    )
    order.judge(TODAY, roles)
    return order


@pytest.mark.parametrize(("discount", "role"), BOUNDARIES)
def test_a_limit_belongs_to_the_band_below_it(discount: str, role: Role | None) -> None:
    """S108: 2, 5 and 8 % are inclusive; nobody is asked where nothing is given away."""
    order = judged(("3.3333", "0.07", discount, "0.07"))
    assert (order.required_role, order.discount) == (role, Decimal(discount))


@pytest.mark.parametrize(("discount", "role"), BOUNDARIES[2:-1])
def test_a_low_price_is_the_discount_it_is(discount: str, role: Role) -> None:
    """S108: typed as a price below the list."""
    price = str(10_000 * (1 - Decimal(discount)))
    assert judged(("1", price, "0", "10000.00")).required_role == role


def test_the_worst_line_counts_even_when_the_total_is_small() -> None:
    """S108: judged on every line."""
    order = judged(("99", "1.00", "0", "1.00"), ("1", "1.00", "0.0801", "1.00"))
    assert (order.required_role, order.discount) == (Role.GENERAL_MANAGER, Decimal("0.0801"))


def test_a_surcharge_does_not_pay_for_a_discount() -> None:
    """S108: the higher demand counts."""
    order = judged(("1", "120.00", "0", "100.00"), ("1", "94.00", "0", "100.00"))
    assert order.required_role == Role.DEPUTY_GENERAL_MANAGER


def test_a_product_outside_the_list_needs_the_highest_role() -> None:
    """S106: whatever it costs."""
    order = judged(("10", "100.00", "0", "100.00"), ("1", "9999.00", "0", None))
    assert (order.required_role, order.discount) == (Role.GENERAL_MANAGER, Decimal(0))


@pytest.mark.parametrize("held", LADDER)
@pytest.mark.parametrize(("discount", "required"), BOUNDARIES[2:])
def test_who_approves_has_the_role_that_is_needed_or_a_higher_one(
    held: Role, discount: str, required: Role
) -> None:
    """S108, S221: every band with every role."""
    order = judged(("1", "100.00", discount, "100.00"), roles=STOREKEEPER)
    if LADDER.index(held) >= LADDER.index(required):
        assert order.authorise(TODAY, {held, Role.FINANCE}) == held
    else:
        with pytest.raises(AuthorityExceeded) as refused:
            order.authorise(TODAY, {held, Role.FINANCE})
        assert refused.value.facts == {"required_role": required}


def test_what_its_author_may_give_alone_needs_the_ordinary_review() -> None:
    """S108: up to 2 % anybody may review who may review at all; above nobody without a band."""
    alone = judged(("1", "98.00", "0", "100.00"))
    assert alone.own_authority
    assert alone.authorise(TODAY, CLERK) is None
    more = judged(("1", "97.99", "0", "100.00"))
    assert not more.own_authority
    with pytest.raises(AuthorityExceeded):
        more.authorise(TODAY, CLERK)


def test_an_author_without_authority_gives_nothing_alone() -> None:
    """S108: a storekeeper's 1 % on a direct delivery is for somebody who sells."""
    order = judged(("1", "99.00", "0", "100.00"), roles=STOREKEEPER)
    with pytest.raises(AuthorityExceeded):
        order.authorise(TODAY, STOREKEEPER)
    assert order.authorise(TODAY, SELLER) == Role.ACCOUNT_MANAGER


def test_the_list_price_needs_nobody() -> None:
    """S108: nothing is given away, so whoever may review may approve."""
    order = judged(("1", "100.00", "0", "100.00"), ("1", "130.00", "0", "100.00"))
    assert order.authorise(TODAY, CLERK) is None
    assert (order.required_role, order.own_authority) == (None, False)


def test_another_policy_in_the_meantime_counts() -> None:
    """S108: what waits is judged by the policy of the day of its approval."""
    order = judged(("1", "98.00", "0", "100.00"))
    bands = (Band(Role.ACCOUNT_MANAGER, Decimal("0.01")), Band(Role.SALES_MANAGER, None))
    strict = Yardstick(TODAY.price_list_id, 2, DiscountPolicy(bands, Role.SALES_MANAGER))
    with pytest.raises(AuthorityExceeded):
        order.authorise(strict, CLERK)
    assert (order.required_role, order.policy_version) == (Role.SALES_MANAGER, 2)
    assert order.authorise(strict, {Role.SALES_MANAGER}) == Role.SALES_MANAGER


def test_an_author_gave_alone_under_the_policy_of_that_day_only() -> None:
    """S108: under another policy somebody with authority looks at it, however small it is."""
    order = judged(("1", "99.00", "0", "100.00"))
    with pytest.raises(AuthorityExceeded):
        order.authorise(replace(TODAY, policy_version=2), CLERK)


def test_a_quantity_has_the_price_of_the_tier_it_reaches() -> None:
    """S102: from a hundred pieces on it is cheaper."""
    tiers = [Tier(Decimal(100), Decimal("90.00")), Tier(Decimal(1), Decimal("99.00"))]
    assert price_for(tiers, Decimal("100")) == Decimal("90.00")
    assert price_for(tiers, Decimal("99.9999")) == Decimal("99.00")
    assert price_for(tiers, Decimal("0.5")) is None
    assert price_for([], Decimal(1)) is None


@given(
    price=st.decimals(min_value="0.01", max_value="99999.99", places=2),
    discount=st.decimals(min_value="0", max_value="0.12", places=4),
    weights=st.lists(st.integers(min_value=1, max_value=100), min_size=2, max_size=8),
)
def test_a_discount_does_not_shrink_by_being_split_over_lines(
    price: Decimal, discount: Decimal, weights: list[int]
) -> None:
    """S108: the same money given away on one line, or spread over many as one likes."""
    whole = judged((str(len(weights)), str(price), str(discount), str(price)))
    spread = (discount * len(weights) * weight / sum(weights) for weight in weights)
    step = Decimal("0.000001")
    shares = [min(part.quantize(step, ROUND_CEILING), Decimal(1)) for part in spread]
    parts = judged(*(("1", str(price), str(share), str(price)) for share in shares))
    assert _rank(parts) >= _rank(whole)


def _rank(order: Order) -> int:
    role = order.required_role
    return -1 if role is None else LADDER.index(Role(role))
