"""What is always true of receipts and allocations."""

from __future__ import annotations

from services.order.receipts.model import TRANSITIONS, AllocationStatus, Status
from shared.db.invariants import Invariant
from shared.db.status_history import status_history

_ALLOCATION_STEPS = {AllocationStatus.MADE: frozenset({AllocationStatus.REVERSED})}

RECEIPTS = (
    # An import takes receipts over as allocated.
    status_history("receipt", [Status.RECORDED, Status.ALLOCATED], TRANSITIONS),
    status_history("allocation", [AllocationStatus.MADE], _ALLOCATION_STEPS),
    Invariant(
        "receipts.17",
        "Every receipt is posted once, and once more when it is reversed.",
        """
        SELECT r.id, r.number, r.status, w.kind, count(j.id) AS journals
        FROM receipt AS r
        CROSS JOIN (VALUES ('receipt_recorded'), ('receipt_reversed')) AS w (kind)
        LEFT JOIN journal AS j
          ON j.source_type = 'receipt' AND j.source_id = r.id AND j.kind = w.kind
        GROUP BY r.id, w.kind
        HAVING count(j.id) <> CASE
            WHEN w.kind = 'receipt_recorded' OR r.status = 'reversed' THEN 1 ELSE 0 END
        """,
    ),
    Invariant(
        "allocations.17",
        "Every allocation is posted once, and once more when it is reversed.",
        """
        SELECT a.id, a.status, count(j.id) AS journals
        FROM allocation AS a LEFT JOIN journal AS j
          ON j.source_type = 'allocation' AND j.source_id = a.id
         AND j.kind IN ('allocation_made', 'prepayment_consumed',
                        'allocation_reversed', 'prepayment_restored')
         AND EXISTS (SELECT FROM posting AS p WHERE p.journal_id = j.id
                     AND p.account = 'accounts_receivable' AND abs(p.amount) = a.amount)
        GROUP BY a.id
        HAVING count(j.id) <> CASE a.status WHEN 'reversed' THEN 2 ELSE 1 END
        """,
    ),
    Invariant(
        "receipts.20",
        "What is left of a receipt is its amount less what is allocated and credited.",
        """
        SELECT r.id, r.number, r.status, r.amount, r.unallocated, r.credited,
               coalesce(a.amount, 0) AS allocated
        FROM receipt AS r LEFT JOIN (
            SELECT receipt_id, sum(amount) AS amount FROM allocation
            WHERE status = 'made' GROUP BY receipt_id
        ) AS a ON a.receipt_id = r.id
        WHERE r.unallocated <> CASE r.status WHEN 'reversed' THEN 0
                ELSE r.amount - r.credited - coalesce(a.amount, 0) END
           OR CASE r.status
                WHEN 'recorded' THEN r.unallocated <> r.amount
                WHEN 'partly_allocated' THEN r.unallocated = 0 OR r.unallocated = r.amount
                ELSE r.unallocated <> 0 END
        """,
    ),
    Invariant(
        "allocations.20",
        "Money pays invoices of its own customer and currency only, and a positive amount.",
        """
        SELECT a.id, a.customer_id, a.currency, a.amount
        FROM allocation AS a JOIN invoice AS i ON i.id = a.invoice_id
        LEFT JOIN receipt AS r ON r.id = a.receipt_id
        LEFT JOIN prepayment AS p ON p.id = a.prepayment_id
        WHERE a.amount <= 0 OR (a.customer_id, a.currency) <> (i.customer_id, i.currency)
           OR (a.customer_id, a.currency) IS DISTINCT FROM (
               coalesce(r.customer_id, p.customer_id), coalesce(r.currency, p.currency))
        """,
    ),
    Invariant(
        "receipts.18",
        "What is left of a customer's receipts is what the ledger says is not allocated.",
        """
        SELECT customer_id, currency, r.unallocated, p.unallocated AS posted
        FROM (SELECT customer_id, currency, sum(unallocated) AS unallocated
              FROM receipt GROUP BY customer_id, currency) AS r
        FULL JOIN (
            SELECT customer_id, currency, -sum(amount) AS unallocated
            FROM posting WHERE account = 'unallocated_receipts' GROUP BY customer_id, currency
        ) AS p USING (customer_id, currency)
        WHERE coalesce(r.unallocated, 0) <> coalesce(p.unallocated, 0)
        """,
    ),
    Invariant(
        "receipts.164",
        "What receipts credited to prepayment accounts is what these say they got of them.",
        """
        SELECT r.id, r.number, r.credited, coalesce(m.amount, 0) AS moved
        FROM receipt AS r LEFT JOIN (
            SELECT receipt_id, sum(amount) AS amount FROM prepayment_movement
            WHERE kind = 'credited' AND receipt_id IS NOT NULL GROUP BY receipt_id
        ) AS m ON m.receipt_id = r.id
        WHERE r.credited <> coalesce(m.amount, 0)
        """,
    ),
    Invariant(
        "allocations.165",
        "What prepayment accounts paid is what was allocated of them.",
        """
        SELECT a.id, a.amount, a.status, sum(
            CASE m.kind WHEN 'consumed' THEN m.amount WHEN 'restored' THEN -m.amount END) AS paid
        FROM allocation AS a LEFT JOIN prepayment_movement AS m
          ON m.allocation_id = a.id AND m.prepayment_id = a.prepayment_id
        WHERE a.prepayment_id IS NOT NULL
        GROUP BY a.id
        HAVING coalesce(sum(
            CASE m.kind WHEN 'consumed' THEN m.amount WHEN 'restored' THEN -m.amount END), 0)
            <> CASE a.status WHEN 'made' THEN a.amount ELSE 0 END
        """,
    ),
)
