"""A proposal which invoices a receipt should pay: the oldest first (S161)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.order.invoices.drafting import invoices
from services.order.receipts.model import Receipt
from services.order.receipts.service import receipts
from shared.db.driver import Connection

_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Proposed:
    """One invoice of a proposal, and how much of the receipt it would get."""

    invoice_id: UUID
    number: str
    issued_on: date
    due_on: date
    open: Decimal
    amount: Decimal
    currency: str


async def propose(conn: Connection, receipt_id: UUID) -> list[Proposed]:
    """Return which invoices of the customer the receipt pays, those due first, at most 200."""
    receipt = await receipts.get(conn, receipt_id)
    if not receipt.unallocated:
        return []
    due = await invoices.oldest_open(conn, receipt.customer_id, receipt.currency, _AT_MOST)
    return list(oldest_first(receipt, due))


def oldest_first(receipt: Receipt, due: Sequence[Any]) -> Iterator[Proposed]:
    """Share out what is left of the receipt over invoices in the given order."""
    left = receipt.unallocated
    for invoice in due:
        if not left:
            return
        amount = min(left, invoice.open)
        left -= amount
        yield Proposed(
            invoice_id=invoice.id,
            number=invoice.number,
            issued_on=invoice.issued_on,
            due_on=invoice.due_on,
            open=invoice.open,
            amount=amount,
            currency=receipt.currency,
        )
