"""A revision of a quote by itself: allowed steps, rounding, and what its hash covers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.opportunity.quotes.content import content_hash
from services.opportunity.quotes.errors import ContentChanged, QuoteOverdue, QuoteStateError
from services.opportunity.quotes.model import TRANSITIONS, Quote, Status
from services.opportunity.quotes.parts import Priced, Project, Terms
from services.opportunity.versioned import Version
from shared.auth.discounts import SHIPPED
from shared.auth.roles import Role
from shared.domain.actor import Actor
from shared.domain.clock import business_date, now
from shared.domain.ids import new_id
from shared.events.vocabulary import Chain
from tests.unit.opportunity.test_authority import line

POLICY = Version(1, SHIPPED)
AUTHOR = Actor(new_id(), "作者", roles=frozenset({Role.ACCOUNT_MANAGER}))
MANAGER = Actor(new_id(), "经理", roles=frozenset({Role.GENERAL_MANAGER}))
NOW = now()


def quote(*lines: Any, status: Status = Status.DRAFT, valid_days: int = 30) -> Quote:
    project = Project(new_id(), "FQ2600001", new_id(), AUTHOR.id, "销售一部", "上海", "华东")
    terms = Terms(
        Chain.CONTRACT_FIRST, "款到发货", 0, business_date(NOW) + timedelta(days=valid_days)
    )
    priced = Priced("CNY", None, lines or (line("100.00"),))
    drafted, _ = Quote.draft(project, priced, terms, number="QT1", authors=(AUTHOR.id,), at=NOW)
    drafted.status = status
    drafted.approved_hash = drafted.content_hash
    return drafted


STEPS: dict[Status, Any] = {
    Status.IN_APPROVAL: lambda quote: quote.submit(POLICY, AUTHOR, NOW),
    Status.APPROVED: lambda quote: quote.approve(POLICY, MANAGER, NOW),
    Status.REJECTED: lambda quote: quote.reject(MANAGER, "价格"),
    Status.SENT: lambda quote: quote.send(NOW),
    Status.ACCEPTED: lambda quote: quote.accept(NOW),
    Status.DECLINED: lambda quote: quote.decline("价格", NOW),
    Status.EXPIRED: lambda quote: quote.expire(),
    Status.SUPERSEDED: lambda quote: quote.supersede(),
}


@pytest.mark.parametrize("target", STEPS)
@pytest.mark.parametrize("status", Status)
def test_only_the_steps_of_the_life_cycle_are_possible(status: Status, target: Status) -> None:
    """S101, S108: all pairs."""
    found = quote(status=status)
    if target in TRANSITIONS[status]:
        STEPS[target](found)
        assert found.status == target
    else:
        with pytest.raises(QuoteStateError):
            STEPS[target](found)
        assert found.status == status


@pytest.mark.parametrize("target", [Status.IN_APPROVAL, Status.APPROVED, Status.ACCEPTED])
def test_what_is_not_valid_any_more_does_not_go_on(target: Status) -> None:
    before = {
        Status.IN_APPROVAL: Status.DRAFT,
        Status.APPROVED: Status.IN_APPROVAL,
        Status.ACCEPTED: Status.SENT,
    }
    with pytest.raises(QuoteOverdue):
        STEPS[target](quote(status=before[target], valid_days=-1))
    STEPS[target](quote(status=before[target], valid_days=0))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("payment_terms", "月结"),
        ("payment_days", 30),
        ("valid_until", business_date(NOW) + timedelta(days=31)),
        ("chain", Chain.ORDINARY),
        ("currency", "USD"),
        ("customer_id", new_id()),
        ("number", "QT2"),
        ("revision", 2),
        ("lines", (line("100.00"),)),
        ("lines", (line("100.00", quantity="2"),)),
    ],
)
def test_an_approval_does_not_hold_for_other_content(field: str, value: Any) -> None:
    """S108: the hash covers all that the customer is offered."""
    found = quote(status=Status.SENT)
    setattr(found, field, value)
    with pytest.raises(ContentChanged):
        found.accept(NOW)


def test_the_hash_does_not_depend_on_how_a_number_is_written() -> None:
    first = line("100.00", quantity="2")
    found = quote(first)
    before = content_hash(found)
    object.__setattr__(found.lines[0], "quantity", Decimal("2.0000"))
    object.__setattr__(found.lines[0], "discount", Decimal("0E-6"))
    assert content_hash(found) == before


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "amount"),
    [
        ("1", "0.05", "0.5", "0.03"),
        ("1", "1.01", "0.5", "0.51"),
        ("3", "33.335", "0", "100.01"),
        ("0.3333", "1.00", "0", "0.33"),
        ("7", "19.99", "0.02", "137.13"),
        ("1", "0.01", "0.51", "0.00"),
    ],
)
def test_a_line_is_rounded_once_half_up(
    quantity: str, price: str, discount: str, amount: str
) -> None:
    """Two places, half up per line."""
    assert line(price, quantity=quantity, discount=discount).amount == Decimal(amount)


def test_the_total_is_the_sum_of_the_rounded_lines() -> None:
    """Three lines of half a cent are three cents."""
    found = quote(*(line("0.01", quantity="0.5") for _ in range(3)))
    assert [each.amount for each in found.lines] == [Decimal("0.01")] * 3
    assert (found.total, found.list_total) == (Decimal("0.03"), Decimal("0.03"))
    assert found.discount == 0
