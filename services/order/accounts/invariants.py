"""What is always true of customer accounts."""

from __future__ import annotations

from shared.db.invariants import Invariant

ACCOUNTS = (
    Invariant(
        "accounts.18 postings",
        "What a customer owes is what the ledger says is receivable.",
        """
        SELECT customer_id, currency, a.receivable, p.receivable AS posted
        FROM account AS a FULL JOIN (
            SELECT customer_id, currency, sum(amount) AS receivable
            FROM posting WHERE account = 'accounts_receivable' GROUP BY customer_id, currency
        ) AS p USING (customer_id, currency)
        WHERE coalesce(a.receivable, 0) <> coalesce(p.receivable, 0)
        """,
    ),
)
