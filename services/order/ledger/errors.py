"""Refusals of the ledger."""

from __future__ import annotations

from shared.domain.errors import DomainError


class UnbalancedJournal(DomainError):
    """Debits and credits differ, or there are none."""

    code = "unbalanced_journal"
    title = "The journal does not balance"
