"""What is always true of contracts."""

from __future__ import annotations

from services.order.contracts.status import AMENDABLE, TRANSITIONS, Status
from services.order.prices.invariants import PricedTable, discount_authority
from shared.approvals.invariants import bound_to_content
from shared.db.invariants import Invariant
from shared.db.rounding import rounded
from shared.db.status_history import status_history

_WORTH = rounded("l.quantity * l.unit_price * (1 - l.discount)", "c.currency")
#: An amendment leaves the status as it is.
_STEPS = {status: following | ({status} & AMENDABLE) for status, following in TRANSITIONS.items()}
CONTRACTS = (
    status_history("contract", [Status.DRAFT], _STEPS),
    Invariant(
        "contracts.23",
        "A contract's total is the sum of its lines, each rounded once.",
        f"""
        SELECT c.id, c.number, c.total, sum(l.amount) AS lines
        FROM contract AS c LEFT JOIN contract_line AS l ON l.contract_id = c.id
        GROUP BY c.id
        HAVING c.total IS DISTINCT FROM sum(l.amount)
            OR bool_or(l.amount <> {_WORTH})
        """,  # noqa: S608 - a rounding of our own
    ),
    Invariant(
        "contracts.32",
        "What was approved is what was submitted, by somebody who did not write on it.",
        """
        SELECT id, number, status, authors, approved_by, approved_for FROM contract
        WHERE (status IN ('approved', 'signed', 'completed') AND approved_by IS NULL)
           OR approved_by = ANY (authors) OR approved_for = ANY (authors)
           OR (approved_by IS NOT NULL AND approved_hash IS DISTINCT FROM content_hash)
        """,
    ),
    *discount_authority(
        PricedTable(
            slice="contracts",
            table="contract",
            lines="contract_line",
            parent="contract_id",
            approved="d.approved_by IS NOT NULL AND (d.quote_id IS NULL OR d.discount IS NOT NULL)",
        )
    ),
    bound_to_content("contract", "contract", "d.approved_by IS NOT NULL AND d.revision = 1"),
    Invariant(
        "contracts.31",
        "The lines of a contract that a quote was accepted for are those of the quote, until an"
        " amendment is approved.",
        """
        SELECT c.id, c.number, quoted ->> 'line_id' AS line_id
        FROM contract AS c
        JOIN outbox AS o ON o.aggregate_type = 'contract' AND o.aggregate_id = c.id
         AND o.aggregate_version = 1,
        json_array_elements(o.payload -> 'lines') AS quoted
        LEFT JOIN contract_line AS l ON l.id = CAST(quoted ->> 'line_id' AS uuid)
        WHERE c.quote_id IS NOT NULL AND c.revision = 1
          AND (l.product_id, l.quantity, l.unit_price, l.discount) IS DISTINCT FROM (
              CAST(quoted ->> 'product_id' AS uuid),
              CAST(quoted ->> 'quantity' AS numeric),
              CAST(quoted -> 'unit_price' ->> 'amount' AS numeric),
              CAST(quoted ->> 'discount' AS numeric))
        """,
    ),
)
