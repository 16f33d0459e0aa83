"""The delivery by itself: its states, its second person, and what its parts are worth."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.order.deliveries import events
from services.order.deliveries.errors import DeliveryStateError, OwnDelivery
from services.order.deliveries.model import DeliveryLine, Status, Taken, part_amount
from shared.domain.aggregate import Change
from shared.domain.money import line_amount
from shared.events.order import DeliveryChecked, DeliveryReceived, DeliveryReturned, DeliveryShipped
from tests.support.fulfilment_models import CHECKER, CLERK, TODAY, delivery, delivery_line


def test_a_delivery_is_checked_shipped_and_received() -> None:
    """S141, S151."""
    made = delivery()
    steps = [
        made.check(CHECKER),
        made.ship(TODAY, "顺丰", "SF1"),
        made.receive(TODAY + timedelta(days=2)),
    ]
    assert [step.event for step in steps] == [DeliveryChecked, DeliveryShipped, DeliveryReceived]
    assert (made.status, made.carrier, made.tracking) == (Status.RECEIVED, "顺丰", "SF1")


def test_who_prepared_it_does_not_check_it() -> None:
    """S152."""
    made = delivery()
    with pytest.raises(OwnDelivery):
        made.check(CLERK)
    assert made.status == Status.DRAFT


def test_an_unchecked_delivery_is_not_shipped() -> None:
    """S152."""
    with pytest.raises(DeliveryStateError):
        delivery().ship(TODAY, None, None)


def test_a_shipped_delivery_is_not_cancelled() -> None:
    """S141."""
    made = delivery()
    made.check(CHECKER)
    made.ship(TODAY, None, None)
    with pytest.raises(DeliveryStateError):
        made.cancel("错发")


def test_only_what_was_shipped_comes_back() -> None:
    """S141."""
    made = delivery()
    with pytest.raises(DeliveryStateError):
        made.come_back("拒收")
    made.check(CHECKER)
    made.ship(TODAY, None, None)
    assert made.come_back("拒收").event is DeliveryReturned
    with pytest.raises(DeliveryStateError):
        made.receive(TODAY)


def test_it_is_not_received_before_it_was_shipped() -> None:
    """S141."""
    made = delivery()
    made.check(CHECKER)
    made.ship(TODAY, None, None)
    with pytest.raises(DeliveryStateError):
        made.receive(date(2026, 11, 20))
    assert made.status == Status.SHIPPED


def test_the_total_is_the_sum_of_its_lines_and_the_event_carries_them() -> None:
    """S143: two orders in one delivery."""
    lines = delivery_line(), delivery_line(amount=Decimal("0.01"))
    made = delivery(*lines)
    event = events.payload(made, Change(DeliveryShipped))
    assert isinstance(event, DeliveryShipped)
    assert event.total.amount == made.total == Decimal("20.01")
    assert [line.order_id for line in event.lines] == [line.order_id for line in lines]
    assert made.order_ids == sorted(line.order_id for line in lines if line.order_id)


@given(
    price=st.decimals(min_value="0.01", max_value="999.99", places=2),
    discount=st.decimals(min_value="0", max_value="0.999999", places=6),
    parts=st.lists(st.decimals(min_value="0.0001", max_value="50", places=4), min_size=1),
)
def test_the_parts_of_a_line_sum_to_the_line(
    price: Decimal, discount: Decimal, parts: list[Decimal]
) -> None:
    """S142: however an order line is split, not a cent is lost or won by rounding."""
    whole = sum(parts, Decimal(0))
    line = priced(whole, price, discount)
    taken = Taken()
    for part in parts:
        worth = part_amount(line, taken, part, "CNY")
        assert worth >= 0
        taken = Taken(taken.quantity + part, taken.amount + worth)
    assert taken.amount == line.amount


@given(
    price=st.decimals(min_value="0.01", max_value="999.99", places=2),
    ordered=st.decimals(min_value="0.0001", max_value="50", places=4),
    extra=st.decimals(min_value="0.0001", max_value="5", places=4),
)
def test_what_goes_beyond_the_line_is_worth_the_greater_quantity(
    price: Decimal, ordered: Decimal, extra: Decimal
) -> None:
    """S144: over-delivery within the tolerance."""
    line = priced(ordered, price, Decimal(0))
    worth = part_amount(line, Taken(ordered, line.amount), extra, "CNY")
    assert line.amount + worth == line_amount(ordered + extra, price, currency="CNY")


def priced(quantity: Decimal, price: Decimal, discount: Decimal) -> DeliveryLine:
    """A line of these figures."""
    amount = line_amount(quantity, price, discount, currency="CNY")
    return delivery_line(quantity=quantity, unit_price=price, discount=discount, amount=amount)
