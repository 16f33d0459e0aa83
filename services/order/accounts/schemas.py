"""Customer accounts over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from shared.http.fields import MoneyOut, Output


class AccountOut(Output):
    """What a customer owes in one currency, and what approved orders will add to it."""

    id: UUID
    customer_id: UUID
    receivable: MoneyOut
    committed: MoneyOut

    @classmethod
    def of_row(cls, row: Any) -> AccountOut:
        """Present a row of a list."""
        return cls(
            id=row["id"],
            customer_id=row["customer_id"],
            receivable=MoneyOut(amount=row["receivable"], currency=row["currency"]),
            committed=MoneyOut(amount=row["committed"], currency=row["currency"]),
        )
