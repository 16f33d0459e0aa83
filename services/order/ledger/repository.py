"""The ledger read: postings one by one, and the balances they sum to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.order.customers.repository import owner_of
from services.order.ledger.table import journals, postings
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page

SORTS = {
    "posted": Sort(postings.c.posted_on, date),
    "-posted": Sort(postings.c.posted_on, date, descending=True),
}


@dataclass(frozen=True, slots=True)
class PostingFilter:
    """What postings are narrowed by; None means any. Both days are included."""

    customer_id: UUID | None = None
    account: str | None = None
    currency: str | None = None
    posted_from: date | None = None
    posted_to: date | None = None


async def page(conn: Connection, wanted: PostingFilter, request: PageRequest) -> Page:
    """Return one page of postings, with the document each comes from."""
    query = (
        sa.select(
            *postings.c,
            journals.c.number,
            journals.c.kind,
            journals.c.source_type,
            journals.c.source_id,
        )
        .join(journals, journals.c.id == postings.c.journal_id)
        .where(*_conditions(wanted), *_seen(conn))
    )
    return await fetch_page(conn, query, request, sorts=SORTS, key=postings.c.id)


async def balances(conn: Connection, wanted: PostingFilter) -> list[Any]:
    """Return debit, credit and balance of each account and currency."""
    amount = postings.c.amount
    query = (
        sa.select(
            postings.c.account,
            postings.c.currency,
            sa.func.coalesce(sa.func.sum(amount).filter(amount > 0), 0).label("debit"),
            sa.func.coalesce(-sa.func.sum(amount).filter(amount < 0), 0).label("credit"),
            sa.func.sum(amount).label("balance"),
        )
        .where(*_conditions(wanted), *_seen(conn))
        .group_by(postings.c.account, postings.c.currency)
        .order_by(postings.c.currency, postings.c.account)
    )
    return (await conn.execute(query)).all()


def _seen(conn: Connection) -> list[sa.ColumnElement[bool]]:
    return conn.seeing(owner_of(postings.c.customer_id))


def _conditions(wanted: PostingFilter) -> list[sa.ColumnElement[bool]]:
    equal: dict[str, Any] = {
        "customer_id": wanted.customer_id,
        "account": wanted.account,
        "currency": wanted.currency,
    }
    found = [postings.c[name] == value for name, value in equal.items() if value is not None]
    if wanted.posted_from is not None:
        found.append(postings.c.posted_on >= wanted.posted_from)
    if wanted.posted_to is not None:
        found.append(postings.c.posted_on <= wanted.posted_to)
    return found
