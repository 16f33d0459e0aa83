"""What is always true of the ledger."""

from __future__ import annotations

from shared.db.invariants import Invariant

LEDGER = (
    Invariant(
        "ledger.15",
        "Every journal balances, in its own currency and for its own customer.",
        """
        SELECT j.id, j.number, count(p.id) AS postings, sum(p.amount) AS off
        FROM journal AS j LEFT JOIN posting AS p ON p.journal_id = j.id
        GROUP BY j.id
        HAVING count(p.id) = 0 OR sum(p.amount) <> 0
            OR bool_or((p.customer_id, p.currency, p.posted_on)
                       IS DISTINCT FROM (j.customer_id, j.currency, j.posted_on))
        """,
    ),
    Invariant(
        "ledger.16",
        "The service cannot change or remove journals, postings and prepayment movements.",
        """
        SELECT kept, privilege
        FROM unnest(ARRAY['journal', 'posting', 'prepayment_movement']) AS kept,
             unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS privilege
        WHERE has_table_privilege(current_user, kept, privilege)
          AND NOT pg_has_role(current_user, (
              SELECT relowner FROM pg_class WHERE oid = CAST(kept AS regclass)), 'USAGE')
        """,
    ),
)
