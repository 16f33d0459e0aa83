"""The order: what is allowed when, what it commits, and how far it may be delivered and billed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.order.orders.errors import (
    OrderBoundToQuote,
    OrderStateError,
    OverDelivery,
    OverInvoicing,
    OwnOrder,
    StillOpen,
    TermExceeded,
)
from services.order.orders.model import Order
from services.order.orders.origin import Coverage, Origin
from services.order.orders.status import TRANSITIONS, Status
from shared.domain.aggregate import Change
from shared.domain.clock import now
from shared.domain.errors import DomainError, Invalid, NotFound
from shared.domain.ids import new_id
from shared.events.vocabulary import Chain, Settlement
from tests.support.order_models import AUTHOR, an_order, an_order_line

REVIEWER = new_id()


def approved(order: Order, settlement: Settlement = Settlement.OPEN) -> Order:
    order.approve(Coverage(settlement), by=REVIEWER, at=now())
    return order


def test_the_total_is_the_sum_of_lines_rounded_once_each() -> None:
    """Decision 10: two places, half-up per line."""
    lines = [an_order_line("0.5", "0.01"), an_order_line("0.5", "0.01")]
    order = an_order(*lines)
    assert [line.amount for line in order.lines] == [Decimal("0.01")] * 2
    assert order.total == Decimal("0.02")


def test_a_document_cannot_be_worth_more_than_its_columns_hold() -> None:
    with pytest.raises(Invalid) as refused:
        an_order(an_order_line("999999999999", "1000.00"))
    assert [error.pointer for error in refused.value.errors] == ["/lines/0"]


def test_who_placed_an_order_does_not_review_it() -> None:
    """S123: maker and checker are two."""
    order = an_order()
    with pytest.raises(OwnOrder):
        order.must_be_reviewable(order.authors[0])
    order.must_be_reviewable(REVIEWER)


def test_who_changed_an_order_does_not_review_it() -> None:
    """S123: however often it is changed, every hand that wrote on it is remembered."""
    order = an_order()
    order.change((an_order_line("10", "1.00"),), by=REVIEWER)
    order.change(None, by=AUTHOR, note="按原价")
    order.change(None, by=REVIEWER, note=None)
    assert order.authors == (AUTHOR, REVIEWER)
    with pytest.raises(OwnOrder):
        order.approve(Coverage(Settlement.OPEN), by=REVIEWER, at=now())


def test_an_approved_order_is_not_reviewed_again() -> None:
    """S123."""
    order = approved(an_order())
    with pytest.raises(OrderStateError):
        order.must_be_reviewable(REVIEWER)


@pytest.mark.parametrize("settlement", [Settlement.OPEN, Settlement.CREDIT])
def test_an_uncovered_order_commits_what_is_not_invoiced(settlement: Settlement) -> None:
    """S167."""
    order = approved(an_order(an_order_line("3", "3.33")), settlement)
    assert order.committed == Decimal("9.99")
    (line,) = order.lines
    order.deliver({line.id: Decimal(2)}, tolerance=Decimal(0))
    assert order.committed == Decimal("9.99")
    order.invoice({line.id: Decimal(2)})
    assert order.committed == Decimal("3.33")
    order.deliver({line.id: Decimal(1)}, tolerance=Decimal(0))
    order.invoice({line.id: Decimal(1)})
    assert (order.status, order.committed) == (Status.DELIVERED, Decimal("0.00"))


def test_a_prepaid_order_commits_nothing() -> None:
    """S165: what it costs is held instead."""
    assert approved(an_order(), Settlement.PREPAID).committed == 0


@given(
    quantity=st.decimals("0.0001", "99999", places=4),
    price=st.decimals("0.01", "9999", places=2),
    discount=st.decimals("0", "1", places=6),
    cuts=st.lists(st.decimals("0", "1", places=3), max_size=4),
)
def test_invoiced_and_committed_parts_always_make_the_whole(
    quantity: Decimal, price: Decimal, discount: Decimal, cuts: list[Decimal]
) -> None:
    """However an order is cut into invoices, nothing is committed when all is invoiced."""
    order = approved(an_order(an_order_line(str(quantity), str(price), str(discount))))
    line_id = order.lines[0].id
    before = order.committed
    assert before == order.total
    for share in [*cuts, Decimal(1)]:
        line = order.lines[0]
        part = (line.to_deliver * share).quantize(Decimal("0.0001"))
        order.deliver({line_id: part}, tolerance=Decimal(0))
        order.invoice({line_id: part})
        assert 0 <= order.committed <= before
        before = order.committed
    assert order.committed == 0


def test_more_than_ordered_is_delivered_only_within_the_tolerance() -> None:
    """S144."""
    order = approved(an_order(an_order_line("100", "1.00")))
    line_id = order.lines[0].id
    order.deliver({line_id: Decimal(105)}, tolerance=Decimal("0.05"))
    with pytest.raises(OverDelivery):
        order.deliver({line_id: Decimal("0.0001")}, tolerance=Decimal("0.05"))
    assert order.status == Status.DELIVERED


@pytest.mark.parametrize(
    ("chain", "delivered", "most"),
    [
        (Chain.ORDINARY, 4, 4),
        (Chain.CONTRACT_FIRST, 0, 0),
        (Chain.DIRECT_DELIVERY, 10, 10),
        (Chain.INVOICE_FIRST, 0, 10),
        (Chain.INVOICE_FIRST, 10, 10),
    ],
)
def test_how_much_may_be_invoiced_follows_from_the_business_type(
    chain: Chain, delivered: int, most: int
) -> None:
    """S146, S153."""
    order = approved(an_order(an_order_line("10", "1.00"), chain=chain))
    line_id = order.lines[0].id
    if delivered:
        order.deliver({line_id: Decimal(delivered)}, tolerance=Decimal(0))
    if most:
        order.invoice({line_id: Decimal(most)})
    with pytest.raises(OverInvoicing):
        order.invoice({line_id: Decimal("0.0001")})


def test_what_is_invoiced_cannot_be_undelivered() -> None:
    order = approved(an_order(an_order_line("10", "1.00")))
    line_id = order.lines[0].id
    order.deliver({line_id: Decimal(6)}, tolerance=Decimal(0))
    order.invoice({line_id: Decimal(4)})
    order.undeliver({line_id: Decimal(2)})
    assert order.lines[0].delivered == 4
    with pytest.raises(OverInvoicing):
        order.undeliver({line_id: Decimal(1)})


def test_undelivering_everything_opens_the_order_again() -> None:
    order = approved(an_order(an_order_line("10", "1.00")))
    line_id = order.lines[0].id
    order.deliver({line_id: Decimal(10)}, tolerance=Decimal(0))
    delivered = order.status
    order.undeliver({line_id: Decimal(10)})
    assert (delivered, order.status) == (Status.DELIVERED, Status.APPROVED)


def test_an_order_is_closed_when_what_was_delivered_is_invoiced() -> None:
    """S123."""
    order = approved(an_order(an_order_line("10", "1.00")))
    line_id = order.lines[0].id
    order.deliver({line_id: Decimal(4)}, tolerance=Decimal(0))
    with pytest.raises(StillOpen):
        order.close()
    order.invoice({line_id: Decimal(4)})
    order.close()
    assert order.status == Status.CLOSED
    assert order.committed == 0


def test_a_delivered_order_is_not_cancelled() -> None:
    order = approved(an_order(an_order_line("10", "1.00")))
    order.deliver({order.lines[0].id: Decimal(1)}, tolerance=Decimal(0))
    with pytest.raises(OrderStateError):
        order.cancel("客户取消")


def test_the_lines_of_a_quote_are_not_changed() -> None:
    """S101: the accepted quote fixes them."""
    origin = Origin(chain=Chain.ORDINARY, quote_id=new_id())
    order = an_order(origin=origin)
    with pytest.raises(OrderBoundToQuote):
        order.change((an_order_line(),), by=AUTHOR)
    order.change(None, by=AUTHOR, note="送货上门")
    assert order.note == "送货上门"


def test_nobody_gives_more_time_to_pay_than_is_agreed() -> None:
    """S101, S121: less may be agreed anew, and as much as before again."""
    order = an_order(origin=Origin(chain=Chain.ORDINARY, agreed_days=45))
    for days in (10, 45):
        order.change(None, by=AUTHOR, payment_days=days)
    with pytest.raises(TermExceeded):
        order.change(None, by=AUTHOR, payment_days=46)
    with pytest.raises(TermExceeded):
        an_order(origin=Origin(chain=Chain.ORDINARY, agreed_days=29))


def test_a_rejected_order_is_placed_again_by_a_change() -> None:
    """S123."""
    order = an_order()
    order.reject("价格不对")
    order.change((an_order_line("1", "1.00"),), by=AUTHOR)
    assert (order.status, order.reason, order.total) == (Status.PLACED, None, Decimal("1.00"))


def test_a_line_of_another_order_is_not_found() -> None:
    with pytest.raises(NotFound):
        approved(an_order()).deliver({new_id(): Decimal(1)}, tolerance=Decimal(0))


def line_id(order: Order) -> UUID:
    return order.lines[0].id


STEPS: dict[str, tuple[Callable[[Order], Change], set[Status]]] = {
    "change": (
        lambda order: order.change(None, by=AUTHOR),
        {Status.PLACED, Status.AWAITING_FUNDS, Status.REJECTED},
    ),
    "await_funds": (
        lambda order: order.await_funds(Decimal(1)),
        {Status.PLACED, Status.AWAITING_FUNDS},
    ),
    "approve": (
        lambda order: order.approve(Coverage(Settlement.OPEN), by=REVIEWER, at=now()),
        {Status.PLACED, Status.AWAITING_FUNDS},
    ),
    "reject": (lambda order: order.reject("不行"), {Status.PLACED, Status.AWAITING_FUNDS}),
    "deliver": (
        lambda order: order.deliver({line_id(order): Decimal(1)}, tolerance=Decimal(9)),
        {Status.APPROVED, Status.PARTLY_DELIVERED, Status.DELIVERED},
    ),
    "close": (
        lambda order: order.close(),
        {Status.APPROVED, Status.PARTLY_DELIVERED, Status.DELIVERED},
    ),
    "cancel": (
        lambda order: order.cancel("不要了"),
        {Status.PLACED, Status.AWAITING_FUNDS, Status.REJECTED, Status.APPROVED},
    ),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", Status)
def test_every_step_is_taken_only_from_the_states_it_belongs_to(status: Status, step: str) -> None:
    """S123: all pairs of state and step."""
    take, allowed = STEPS[step]
    order = an_order(an_order_line("10", "1.00"))
    order.status = status
    if status in allowed:
        take(order)
        assert order.status in TRANSITIONS[status]
    else:
        with pytest.raises(DomainError):
            take(order)
        assert order.status == status
