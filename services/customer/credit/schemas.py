"""Credit over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.customer.credit.model import Credit, Terms
from services.customer.credit.service import AssessCredit
from shared.events.vocabulary import Settlement
from shared.http.fields import Day, Input, MoneyIn, MoneyOut, Note, Output


class CreditIn(Input):
    """How a customer settles. Only ``credit`` has a limit, and it needs one."""

    settlement: Settlement
    limit: MoneyIn | None = None
    valid_until: Day | None = None
    note: Note | None = None

    def command(self, customer_id: UUID, expected: int | None) -> AssessCredit:
        """Return the command this body stands for."""
        terms = Terms(
            self.settlement,
            self.limit.amount if self.limit else None,
            self.limit.currency if self.limit else None,
            self.valid_until,
            self.note,
        )
        return AssessCredit(customer_id, terms, expected)


class CreditOut(Output):
    """How a customer settles since the last assessment."""

    customer_id: UUID
    version: int
    settlement: Settlement
    limit: MoneyOut | None
    valid_until: date | None
    note: str | None
    assessed_by: UUID
    assessed_at: datetime

    @classmethod
    def of(cls, credit: Credit) -> CreditOut:
        """Present what holds."""
        return cls.of_row({**vars(credit), "customer_id": credit.id})

    @classmethod
    def of_row(cls, row: Any) -> CreditOut:
        """Present one assessment of the history."""
        limited = row["limit"] is not None
        limit = {"amount": row["limit"], "currency": row["currency"]} if limited else None
        return cls.model_validate({**row, "limit": limit})
