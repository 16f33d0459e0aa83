"""What is always true of payments that other systems saw."""

from __future__ import annotations

from shared.db.invariants import Invariant

PAYMENTS = (
    Invariant(
        "payments.17",
        "Each payment that was told is the receipt it became: same money, same day.",
        """
        SELECT p.source, p.reference, p.amount, r.amount AS recorded, r.number
        FROM external_payment AS p JOIN receipt AS r ON r.id = p.receipt_id
        WHERE (p.amount, p.currency, p.received_on) <> (r.amount, r.currency, r.received_on)
        """,
    ),
    Invariant(
        "payments.8",
        "Each payment that was told is that of an event applied here.",
        """
        SELECT p.source, p.reference, p.source_event_id FROM external_payment AS p
        WHERE NOT EXISTS (
            SELECT FROM inbox AS i
            WHERE i.event_id = p.source_event_id AND i.topic = 'crm.inbound.payment')
        """,
    ),
)
