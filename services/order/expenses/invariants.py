"""What is always true of expenses."""

from __future__ import annotations

from services.order.expenses.model import TRANSITIONS, Status
from shared.approvals.invariants import bound_to_content
from shared.db.invariants import Invariant
from shared.db.status_history import status_history

_APPROVED = "d.status IN ('approved', 'settled')"
EXPENSES = (
    status_history("expense", [Status.DRAFT], TRANSITIONS),
    bound_to_content("expense", "expense", _APPROVED),
    Invariant(
        "expenses.109",
        "The authority that approved an expense is that of its amount: the steps are those of the"
        " way that the process has for it.",
        f"""
        SELECT d.number, d.amount FROM expense AS d
        WHERE {_APPROVED} AND NOT EXISTS (
            SELECT FROM approval AS a
            JOIN approval_process_version AS v
              ON v.document_type = a.document_type AND v.version = a.process_version,
            jsonb_array_elements(v.content -> 'routes') AS way
            WHERE a.document_type = 'expense' AND a.document_id = d.id AND a.status = 'approved'
              AND a.content_hash = d.content_hash AND way -> 'steps' = a.steps
              AND (a.amount, a.currency) = (d.amount, d.currency)
              AND CASE WHEN v.content ->> 'currency' = d.currency
                  THEN d.amount > coalesce(CAST(way ->> 'over' AS numeric), 0)
                   AND d.amount <= coalesce(CAST(way ->> 'up_to' AS numeric), d.amount)
                  ELSE way ->> 'up_to' IS NULL END)
        """,  # noqa: S608 - a condition of our own
    ),
    Invariant(
        "expenses.109 settled",
        "No more is settled than was approved; what is settled has an amount, a day and a name.",
        """
        SELECT number, status, amount, settled FROM expense
        WHERE settled > amount OR (status = 'settled') <> (settled IS NOT NULL)
           OR (settled IS NULL) <> (settled_by IS NULL)
           OR (settled IS NULL) <> (settled_on IS NULL)
        """,
    ),
    Invariant(
        "expenses.32",
        "Who approves or settles an expense did not write on it.",
        """
        SELECT number, authors, approved_by, approved_for, settled_by, settled_for FROM expense
        WHERE ARRAY[approved_by, approved_for, settled_by, settled_for] && authors
           OR (status IN ('approved', 'settled') AND approved_by IS NULL)
        """,
    ),
)
