"""What customers owe: open amounts of issued invoices, now or as of a day."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from services.analytics.facts.payments import allocations
from services.analytics.facts.trade import invoices


def open_invoices(on: date | None = None) -> sa.Subquery:
    """Return the invoices with an ``open`` amount, and how much it is.

    As of a day: issued by then, less the allocations made by then and not yet taken back. What is
    answered for a past day stays the same whatever is recorded afterwards for later days.
    """
    if on is None:
        now = sa.select(invoices).where(invoices.c.day.is_not(None), invoices.c.open > 0)
        return now.subquery("fact")
    paid = (
        sa.select(allocations.c.invoice_id, sa.func.sum(allocations.c.amount).label("amount"))
        .where(
            allocations.c.allocated_on <= on,
            sa.or_(allocations.c.reversed_on.is_(None), allocations.c.reversed_on > on),
        )
        .group_by(allocations.c.invoice_id)
        .subquery("paid")
    )
    left = invoices.c.amount - sa.func.coalesce(paid.c.amount, 0)
    others = [column for column in invoices.c if column.name != "open"]
    then = (
        sa.select(*others, left.label("open"))
        .select_from(invoices.outerjoin(paid, paid.c.invoice_id == invoices.c.id))
        .where(invoices.c.day <= on, left != 0)
    )
    return then.subquery("fact")
