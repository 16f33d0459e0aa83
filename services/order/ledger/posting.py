"""Posting: the only way into the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from services.order.ledger.model import Journal
from services.order.ledger.table import postings
from shared.db.driver import Prepared
from shared.db.unit_of_work import UnitOfWork
from shared.domain.aggregate import Aggregate
from shared.domain.ids import new_id
from shared.events.order import VoucherPosted
from shared.events.order_lines import Posting
from shared.events.values import Money

#: One statement for any number of journals: the columns come as arrays.
_insert_journals = Prepared(
    sa.text("""
    INSERT INTO journal (id, number, kind, source_type, source_id, customer_id, currency,
        posted_on, posted_by, created_at)
    SELECT j.id, 'V' || lpad(nextval('voucher_number')::text, 9, '0'), j.kind, j.source_type,
        j.source_id, j.customer_id, j.currency, j.posted_on, :posted_by, :created_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:kinds AS text[]), CAST(:source_types AS text[]),
        CAST(:source_ids AS uuid[]), CAST(:customer_ids AS uuid[]), CAST(:currencies AS text[]),
        CAST(:days AS date[]))
        AS j (id, kind, source_type, source_id, customer_id, currency, posted_on)
    RETURNING id, number
    """)
)
_insert_postings = Prepared(sa.insert(postings), *postings.c.keys())


async def post(uow: UnitOfWork, *entered: Journal) -> None:
    """Post journals and publish each as a voucher (S160): two statements, however many.

    A document that posted the kind before is refused by the database.
    """
    if not entered:
        return
    found = await uow.conn.execute(_insert_journals, _journal_columns(uow, entered))
    numbers = {row.id: row.number for row in found}
    await uow.conn.execute(_insert_postings, _posting_rows(entered))
    for each in entered:
        voucher = Aggregate(id=each.id, version=1)
        # The journal is append-only and names who posted it; its document has the audit entry.
        await uow.record(voucher, _payload(each, numbers[each.id]), changes=None)


def _journal_columns(uow: UnitOfWork, entered: Sequence[Journal]) -> dict[str, Any]:
    return {
        "ids": [each.id for each in entered],
        "kinds": [each.kind for each in entered],
        "source_types": [each.source_type for each in entered],
        "source_ids": [each.source_id for each in entered],
        "customer_ids": [each.customer_id for each in entered],
        "currencies": [each.currency for each in entered],
        "days": [each.posted_on for each in entered],
        "posted_by": uow.actor.id,
        "created_at": uow.now,
    }


def _posting_rows(entered: Sequence[Journal]) -> list[dict[str, Any]]:
    return [
        {
            "id": new_id(),
            "journal_id": journal.id,
            "account": entry.account,
            "customer_id": journal.customer_id,
            "currency": journal.currency,
            "amount": entry.amount,
            "posted_on": journal.posted_on,
        }
        for journal in entered
        for entry in journal.entries
    ]


def _payload(journal: Journal, number: str) -> VoucherPosted:
    return VoucherPosted(
        voucher_id=journal.id,
        number=number,
        kind=journal.kind,
        source_type=journal.source_type,
        source_id=journal.source_id,
        posted_on=journal.posted_on,
        postings=tuple(
            Posting(
                account=entry.account,
                customer_id=journal.customer_id,
                amount=Money(amount=entry.amount, currency=journal.currency),
            )
            for entry in journal.entries
        ),
    )
