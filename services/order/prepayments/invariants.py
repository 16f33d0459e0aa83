"""What is always true of prepayment accounts."""

from __future__ import annotations

from shared.db.invariants import Invariant

PREPAYMENTS = (
    Invariant(
        "prepayments.21",
        "Movements lead from one balance to the next, and none below zero.",
        """
        SELECT id, prepayment_id, version, kind, amount, balance, held FROM (
            SELECT *, lag(version, 1, 0) OVER running AS version_before,
                   lag(balance, 1, 0.00) OVER running AS balance_before,
                   lag(held, 1, 0.00) OVER running AS held_before
            FROM prepayment_movement
            WINDOW running AS (PARTITION BY prepayment_id ORDER BY version)
        ) AS m
        WHERE version <> version_before + 1 OR held < 0 OR balance < held
           OR balance <> balance_before + CASE
                WHEN kind IN ('credited', 'restored') THEN amount
                WHEN kind IN ('consumed', 'refunded') THEN -amount ELSE 0 END
           OR held <> held_before + CASE
                WHEN kind = 'held' THEN amount
                WHEN kind = 'released' OR (kind = 'consumed' AND order_id IS NOT NULL) THEN -amount
                ELSE 0 END
        """,
    ),
    Invariant(
        "prepayments.21 account",
        "An account stands where its last movement left it.",
        """
        SELECT p.id, p.version, p.balance, p.held, m.balance AS moved_to, m.held AS held_after
        FROM prepayment AS p LEFT JOIN prepayment_movement AS m
          ON m.prepayment_id = p.id AND m.version = p.version
        WHERE (p.balance, p.held) IS DISTINCT FROM (m.balance, m.held)
        """,
    ),
    Invariant(
        "prepayments.21 holds",
        "For no order is less than nothing held.",
        """
        SELECT order_id, sum(CASE WHEN kind = 'held' THEN amount ELSE -amount END) AS held
        FROM prepayment_movement WHERE order_id IS NOT NULL
        GROUP BY order_id
        HAVING sum(CASE WHEN kind = 'held' THEN amount ELSE -amount END) < 0
        """,
    ),
    Invariant(
        "prepayments.17",
        "Every movement of money is posted, a hold is not.",
        """
        SELECT m.id, m.kind, m.amount, count(j.id) AS journals
        FROM prepayment_movement AS m LEFT JOIN journal AS j
          ON j.kind = 'prepayment_' || m.kind AND (j.source_type, j.source_id) IN (
              ('prepayment_movement', m.id), ('allocation', m.allocation_id))
        GROUP BY m.id
        HAVING count(j.id) <> CASE WHEN m.kind IN ('held', 'released') THEN 0 ELSE 1 END
        """,
    ),
    Invariant(
        "prepayments.18",
        "The balances of prepayment accounts are what the ledger says customers have paid ahead.",
        """
        SELECT customer_id, currency, a.balance, p.balance AS posted
        FROM prepayment AS a FULL JOIN (
            SELECT customer_id, currency, -sum(amount) AS balance
            FROM posting WHERE account = 'prepayments' GROUP BY customer_id, currency
        ) AS p USING (customer_id, currency)
        WHERE coalesce(a.balance, 0) <> coalesce(p.balance, 0)
        """,
    ),
)
