"""What is always true of amendments and of the contracts they changed."""

from __future__ import annotations

from services.order.amendments.model import TRANSITIONS, Status
from shared.approvals.invariants import bound_to_content
from shared.db.invariants import Invariant
from shared.db.status_history import status_history

AMENDMENTS = (
    status_history("amendment", [Status.IN_APPROVAL], TRANSITIONS),
    Invariant(
        "amendments.129",
        "A contract agrees on what the amendment of its revision proposed, by the same approval,"
        " and every revision before is kept.",
        """
        SELECT c.number, c.revision, kept.count
        FROM contract AS c LEFT JOIN LATERAL (
            SELECT count(*) AS count FROM contract_revision AS r
            WHERE r.contract_id = c.id AND r.revision < c.revision) AS kept ON true
        WHERE kept.count <> c.revision - 1 OR (c.revision > 1 AND NOT EXISTS (
            SELECT FROM contract_amendment AS a
            WHERE a.contract_id = c.id AND a.revision = c.revision AND a.status = 'approved'
              AND a.kind <> 'termination' AND a.agreed_hash = c.content_hash
              AND (a.approved_by, a.total) = (c.approved_by, c.total)))
        """,
    ),
    Invariant(
        "amendments.129 end",
        "A contract that was terminated was ended by an approved amendment, with no order open.",
        """
        SELECT c.number, o.number AS open
        FROM contract AS c LEFT JOIN sales_order AS o
          ON o.contract_id = c.id AND o.status NOT IN ('closed', 'cancelled', 'rejected')
        WHERE c.status = 'terminated' AND (o.id IS NOT NULL OR NOT EXISTS (
            SELECT FROM contract_amendment AS a
            WHERE a.contract_id = c.id AND a.kind = 'termination' AND a.status = 'approved'))
        """,
    ),
    Invariant(
        "amendments.32",
        "Who approves an amendment wrote neither on it nor on its contract as it was then: later"
        " amendments have authors of their own.",
        """
        SELECT a.number, a.approved_by, a.approved_for
        FROM contract_amendment AS a
        LEFT JOIN contract AS c ON c.id = a.contract_id AND c.revision <= a.revision
        WHERE (a.status = 'approved') <> (a.approved_by IS NOT NULL)
           OR ARRAY[a.approved_by, a.approved_for] && (a.authors || c.authors)
        """,
    ),
    bound_to_content(
        "contract_amendment",
        "contract_amendment",
        "d.status = 'approved' AND d.kind <> 'termination'",
    ),
    bound_to_content(
        "contract_amendment",
        "contract_termination",
        "d.status = 'approved' AND d.kind = 'termination'",
    ),
)
