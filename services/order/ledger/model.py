"""Journals and their entries: every journal balances, in one currency, for one customer (S160)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.order.ledger.errors import UnbalancedJournal
from shared.domain.ids import new_id
from shared.domain.money import ZERO


class LedgerAccount(StrEnum):
    """The accounts of the ledger. Debit is positive, credit is negative."""

    ACCOUNTS_RECEIVABLE = "accounts_receivable"  # 应收账款
    REVENUE = "revenue"  # 主营业务收入
    BANK = "bank"  # 银行存款
    UNALLOCATED_RECEIPTS = "unallocated_receipts"  # 未核销回款
    PREPAYMENTS = "prepayments"  # 预收账款
    ROUNDING = "rounding"  # 尾差


@dataclass(frozen=True, slots=True)
class Entry:
    """One side of a journal."""

    account: LedgerAccount
    amount: Decimal


def transfer(
    *, debit: LedgerAccount, credit: LedgerAccount, amount: Decimal
) -> tuple[Entry, Entry]:
    """Return the two entries of the commonest journal."""
    return Entry(debit, amount), Entry(credit, -amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """What one document means in money. A document posts each ``kind`` once.

    Raises:
        UnbalancedJournal: the entries do not sum to zero, or there are none.
    """

    kind: str
    source_type: str
    source_id: UUID
    customer_id: UUID
    currency: str
    posted_on: date
    entries: tuple[Entry, ...]
    id: UUID = field(default_factory=new_id)

    def __post_init__(self) -> None:
        if not self.entries or sum((each.amount for each in self.entries), ZERO) != ZERO:
            raise UnbalancedJournal(f"The {self.kind} of {self.source_type} {self.source_id}.")
