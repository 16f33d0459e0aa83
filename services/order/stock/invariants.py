"""What is always true of the stock view."""

from __future__ import annotations

from shared.db.invariants import Invariant

STOCK = (
    Invariant(
        "stock.8",
        "Each stock level that another system told is that of an event applied here.",
        """
        SELECT s.id, s.product_code, s.site, s.source, s.source_event_id
        FROM stock_level AS s WHERE s.source IS NOT NULL AND NOT EXISTS (
            SELECT FROM inbox AS i
            WHERE i.event_id = s.source_event_id AND i.topic = 'crm.inbound.stock')
        """,
    ),
)
