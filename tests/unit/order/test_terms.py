"""How a customer settles: prepaid unless a credit in force says otherwise; balanced journals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from services.order.accounts.model import Standing
from services.order.customers.errors import CustomerMayNotTrade
from services.order.customers.model import Terms
from services.order.ledger.errors import UnbalancedJournal
from services.order.ledger.model import Entry, Journal, LedgerAccount, transfer
from shared.domain.ids import new_id
from shared.events.vocabulary import Settlement

TODAY = date(2026, 11, 21)
LIMIT = Decimal("1000.00")


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (Terms(), Settlement.PREPAID),
        (Terms(Settlement.PREPAID), Settlement.PREPAID),
        (Terms(Settlement.OPEN), Settlement.OPEN),
        (Terms(Settlement.CREDIT, LIMIT, "CNY"), Settlement.CREDIT),
        (Terms(Settlement.CREDIT, LIMIT, "CNY", TODAY), Settlement.CREDIT),
        (Terms(Settlement.CREDIT, LIMIT, "CNY", date(2026, 11, 20)), Settlement.PREPAID),
        (Terms(Settlement.CREDIT, LIMIT, "USD"), Settlement.PREPAID),
        (Terms(Settlement.CREDIT), Settlement.PREPAID),
    ],
)
def test_without_a_credit_in_force_a_customer_is_prepaid(
    terms: Terms, expected: Settlement
) -> None:
    """S165, S167: nothing assessed, expired, or given in another currency."""
    assert terms.on(TODAY, "CNY") == expected


@pytest.mark.parametrize(
    ("receivable", "committed", "amount", "short"),
    [
        ("0", "0", "1000.00", "0"),
        ("0", "0", "1000.01", "0.01"),
        ("400.00", "500.00", "100.00", "0"),
        ("400.00", "500.00", "150.00", "50.00"),
        ("1500.00", "0", "1.00", "501.00"),
    ],
)
def test_receivables_and_commitments_use_the_credit_up(
    receivable: str, committed: str, amount: str, short: str
) -> None:
    """S167: up to and including the limit."""
    terms = Terms(Settlement.CREDIT, LIMIT, "CNY")
    standing = Standing(None, terms, Decimal(receivable), Decimal(committed))
    assert standing.credit_short(Decimal(amount)) == Decimal(short)


def test_a_customer_nobody_has_told_of_may_not_trade() -> None:
    """S24."""
    with pytest.raises(CustomerMayNotTrade):
        Standing(None, Terms(), Decimal(0), Decimal(0)).must_trade()


@pytest.mark.parametrize(
    "entries",
    [
        (),
        (Entry(LedgerAccount.BANK, Decimal("1.00")),),
        (
            Entry(LedgerAccount.BANK, Decimal("1.00")),
            Entry(LedgerAccount.REVENUE, Decimal("-1.01")),
        ),
    ],
)
def test_a_journal_balances(entries: tuple[Entry, ...]) -> None:
    """S160."""
    with pytest.raises(UnbalancedJournal):
        _journal(entries)


def test_debit_and_credit_are_two_signs_of_one_amount() -> None:
    """S160."""
    amount = Decimal("12.50")
    journal = _journal(
        transfer(debit=LedgerAccount.BANK, credit=LedgerAccount.PREPAYMENTS, amount=amount)
    )
    assert [(each.account, each.amount) for each in journal.entries] == [
        ("bank", amount),
        ("prepayments", -amount),
    ]


def _journal(entries: tuple[Entry, ...]) -> Journal:
    return Journal(
        kind="test",
        source_type="test",
        source_id=new_id(),
        customer_id=new_id(),
        currency="CNY",
        posted_on=TODAY,
        entries=entries,
    )
