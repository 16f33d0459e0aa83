"""Promises of the analytics service: queries that return no row.

They hold between whole changes: while the consumer is catching up, documents that changed
together may be told of one after another.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from services.analytics.consumers import NAME, PROJECTIONS
from services.analytics.facts import chances, payments, trade
from services.analytics.facts.projection import Projection
from shared.db.invariants import Invariant
from shared.events.catalogue import all_events

#: The ledger account of what customers owe.
RECEIVABLE = "accounts_receivable"


def _aggregate(projection: Projection) -> str:
    families = {
        event.aggregate_type for event in all_events() if issubclass(event, projection.state)
    }
    (family,) = families
    return family


# Tables and families are our own names, so the queries may be put together from them.

_FACTS = " UNION ALL ".join(
    f"SELECT '{_aggregate(each)}' AS family, id, version FROM {each.table.fullname}"  # noqa: S608
    for each in PROJECTIONS
)

_TRACES = (
    Invariant(
        "facts.8",
        "Every fact is the state that an applied event told.",
        f"""
        SELECT family, id, version FROM ({_FACTS}) AS fact WHERE NOT EXISTS (
            SELECT FROM inbox WHERE consumer = '{NAME}' AND aggregate_type = family
            AND aggregate_id = id AND aggregate_version = version)
        """,  # noqa: S608
    ),
    Invariant(
        "facts.6",
        "Every aggregate that events told of has its fact, at the newest version applied.",
        f"""
        SELECT newest.aggregate_type, newest.aggregate_id, newest.version, fact.version AS known
        FROM (
            SELECT aggregate_type, aggregate_id, max(aggregate_version) AS version
            FROM inbox WHERE consumer = '{NAME}' GROUP BY aggregate_type, aggregate_id
        ) AS newest LEFT JOIN ({_FACTS}) AS fact
          ON fact.family = newest.aggregate_type AND fact.id = newest.aggregate_id
        WHERE newest.version IS DISTINCT FROM fact.version AND NOT EXISTS (
            SELECT FROM parked WHERE consumer = '{NAME}' AND resolution = 'dropped'
            AND parked.aggregate_id = newest.aggregate_id)
        """,  # noqa: S608
    ),
)


def _sums(document: sa.Table, lines: sa.Table, total: str = "amount") -> Invariant:
    parent = next(iter(lines.primary_key)).name
    return Invariant(
        f"facts.23 {document.name}",
        f"The total of {document.name} is the sum of its lines, all in its currency.",
        f"""
        SELECT coalesce(d.id, l.id) AS id, d.{total} AS total, l.amount AS lines
        FROM {document.fullname} AS d FULL JOIN (
            SELECT {parent} AS id, sum(amount) AS amount,
                   min(currency) AS currency, max(currency) AS other
            FROM {lines.fullname} GROUP BY {parent}
        ) AS l ON l.id = d.id
        WHERE d.id IS NULL OR d.{total} <> coalesce(l.amount, 0)
           OR (l.id IS NOT NULL AND (l.currency, l.other) <> (d.currency, d.currency))
        """,  # noqa: S608
    )


def _repeats(document: sa.Table, lines: sa.Table) -> Invariant:
    parent = next(iter(lines.primary_key)).name
    shared = ("day", "customer_id", "owner_id", "department", "branch", "region")
    of_document, of_line = (", ".join(f"{t}.{name}" for name in shared) for t in "dl")
    return Invariant(
        f"facts.13 {lines.name}",
        f"Each {lines.name} repeats what its document says of day, customer and owner.",
        f"""
        SELECT l.{parent}, l.line_id FROM {lines.fullname} AS l
        JOIN {document.fullname} AS d ON d.id = l.{parent}
        WHERE ({of_document}) IS DISTINCT FROM ({of_line})
        """,  # noqa: S608
    )


def _documents() -> Iterator[Invariant]:
    yield _sums(chances.quotes, chances.quote_lines, "total")
    for document, lines in (
        (trade.contracts, trade.contract_lines),
        (trade.orders, trade.order_lines),
        (trade.deliveries, trade.delivery_lines),
        (trade.invoices, trade.invoice_lines),
    ):
        yield _sums(document, lines)
        yield _repeats(document, lines)


_STANDING = f"SELECT * FROM {payments.allocations.fullname} WHERE reversed_on IS NULL"  # noqa: S608

_MONEY = (
    Invariant(
        "facts.15",
        "The postings of a voucher sum to zero in each currency.",
        "SELECT voucher_id, currency, sum(amount) AS off FROM facts.posting"
        " GROUP BY voucher_id, currency HAVING sum(amount) <> 0",
    ),
    Invariant(
        "facts.18",
        "On every day receivables moved in the ledger as invoices and allocations did.",
        f"""
        SELECT customer_id, currency, day, sum(documents) AS documents, sum(ledger) AS ledger
        FROM (
            SELECT customer_id, currency, day, amount AS documents, 0 AS ledger
            FROM facts.invoice WHERE day IS NOT NULL
            UNION ALL
            SELECT customer_id, currency, allocated_on, -amount, 0 FROM facts.allocation
            UNION ALL
            SELECT customer_id, currency, reversed_on, amount, 0 FROM facts.allocation
            WHERE reversed_on IS NOT NULL
            UNION ALL
            SELECT posting.customer_id, posting.currency, voucher.posted_on, 0, posting.amount
            FROM facts.posting JOIN facts.voucher ON voucher.id = posting.voucher_id
            WHERE posting.account = '{RECEIVABLE}'
        ) AS movement
        GROUP BY customer_id, currency, day HAVING sum(documents) <> sum(ledger)
        """,  # noqa: S608
    ),
    Invariant(
        "facts.19",
        "What is open on an invoice is its total less the allocations that stand.",
        f"""
        SELECT invoice.id, invoice.amount, invoice.open, coalesce(paid.amount, 0) AS paid
        FROM facts.invoice LEFT JOIN (
            SELECT invoice_id, sum(amount) AS amount FROM ({_STANDING}) AS a GROUP BY invoice_id
        ) AS paid ON paid.invoice_id = invoice.id
        WHERE invoice.day IS NOT NULL AND (
            invoice.open <> invoice.amount - coalesce(paid.amount, 0)
            OR invoice.open < 0 OR invoice.open > invoice.amount)
        """,  # noqa: S608
    ),
    Invariant(
        "facts.20",
        "What is left of a receipt is its amount less what was allocated and credited of it.",
        f"""
        SELECT receipt.id, receipt.amount, receipt.unallocated, sum(used.amount) AS used
        FROM facts.receipt LEFT JOIN (
            SELECT receipt_id, amount FROM ({_STANDING}) AS a
            UNION ALL
            SELECT receipt_id, amount FROM facts.prepayment_movement WHERE kind = 'credited'
        ) AS used ON used.receipt_id = receipt.id
        WHERE receipt.day IS NOT NULL
        GROUP BY receipt.id
        HAVING receipt.unallocated <> receipt.amount - coalesce(sum(used.amount), 0)
            OR receipt.unallocated < 0
        """,  # noqa: S608
    ),
    Invariant(
        "facts.20 together",
        "An allocation joins invoice and receipt of one customer and one currency.",
        """
        SELECT a.id, a.invoice_id, a.receipt_id FROM facts.allocation AS a
        LEFT JOIN facts.invoice AS i ON i.id = a.invoice_id
        LEFT JOIN facts.receipt AS r ON r.id = a.receipt_id
        WHERE a.amount <= 0
           OR (i.customer_id, i.currency) IS DISTINCT FROM (a.customer_id, a.currency)
           OR (a.receipt_id IS NOT NULL
               AND (r.customer_id, r.currency) IS DISTINCT FROM (a.customer_id, a.currency))
        """,
    ),
    Invariant(
        "facts.21",
        "A prepayment account never was below zero, and never holds more than it has.",
        """
        SELECT id, balance, held FROM facts.prepayment WHERE balance < 0 OR held < 0
            OR held > balance
        UNION ALL
        SELECT prepayment_id, balance, NULL FROM facts.prepayment_movement WHERE balance < 0
        """,
    ),
)

INVARIANTS: tuple[Invariant, ...] = (*_TRACES, *_documents(), *_MONEY)
