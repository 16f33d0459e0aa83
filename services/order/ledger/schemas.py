"""The ledger over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from services.order.ledger.model import LedgerAccount
from shared.http.fields import MoneyOut, Output


class PostingOut(Output):
    """One side of a journal: debit positive, credit negative."""

    id: UUID
    journal_id: UUID
    number: str
    kind: str
    source_type: str
    source_id: UUID
    account: LedgerAccount
    customer_id: UUID
    amount: MoneyOut
    posted_on: date

    @classmethod
    def of_row(cls, row: Any) -> PostingOut:
        """Present a row of a list."""
        fields = dict(row)
        fields["amount"] = MoneyOut(amount=row["amount"], currency=row["currency"])
        return cls.model_validate(fields)


class BalanceOut(Output):
    """What the postings of an account in one currency sum to: balance = debit - credit."""

    account: LedgerAccount
    debit: MoneyOut
    credit: MoneyOut
    balance: MoneyOut

    @classmethod
    def of_row(cls, row: Any) -> BalanceOut:
        """Present a row of sums."""
        return cls(
            account=row["account"],
            debit=MoneyOut(amount=row["debit"], currency=row["currency"]),
            credit=MoneyOut(amount=row["credit"], currency=row["currency"]),
            balance=MoneyOut(amount=row["balance"], currency=row["currency"]),
        )


class BalancesOut(Output):
    """All balances asked for: one for each account and currency, so they are few."""

    items: list[BalanceOut]
