"""What is always true of deliveries."""

from __future__ import annotations

from services.order.deliveries.model import TRANSITIONS, Status
from services.order.prices.invariants import PricedTable, discount_authority
from shared.db.invariants import Invariant
from shared.db.status_history import status_history

DELIVERIES = (
    # An import takes deliveries over as received.
    status_history("delivery", [Status.DRAFT, Status.RECEIVED], TRANSITIONS),
    Invariant(
        "deliveries.23",
        "A delivery's total is the sum of its lines.",
        """
        SELECT d.id, d.number, d.total, sum(l.amount) AS lines
        FROM delivery AS d LEFT JOIN delivery_line AS l ON l.delivery_id = d.id
        GROUP BY d.id HAVING d.total IS DISTINCT FROM sum(l.amount)
        """,
    ),
    Invariant(
        "deliveries.28",
        "An order line is delivered by what was shipped, and never beyond the tolerance.",
        """
        SELECT l.id, l.quantity, l.delivered, d.shipped, d.tolerance
        FROM order_line AS l LEFT JOIN (
            SELECT order_line_id, sum(quantity) AS shipped, max(tolerance) AS tolerance
            FROM delivery_line JOIN delivery ON delivery.id = delivery_id
            WHERE status IN ('shipped', 'received') AND order_line_id IS NOT NULL
            GROUP BY order_line_id
        ) AS d ON d.order_line_id = l.id
        WHERE l.delivered <> coalesce(d.shipped, 0)
           OR l.delivered > l.quantity * (1 + coalesce(d.tolerance, 0))
        """,
    ),
    Invariant(
        "deliveries.28 planned",
        "Deliveries that stand hold no more of an order line than is tolerated.",
        """
        SELECT l.id, l.quantity, sum(d.quantity) AS planned
        FROM order_line AS l JOIN delivery_line AS d ON d.order_line_id = l.id
        JOIN delivery ON delivery.id = d.delivery_id
        WHERE delivery.status NOT IN ('cancelled', 'returned')
        GROUP BY l.id HAVING sum(d.quantity) > l.quantity * (1 + max(delivery.tolerance))
        """,
    ),
    Invariant(
        "deliveries.31",
        "A delivery line has the product, price, discount and customer of its order line.",
        """
        SELECT d.number, l.id
        FROM delivery AS d JOIN delivery_line AS l ON l.delivery_id = d.id
        LEFT JOIN order_line AS o ON o.id = l.order_line_id AND o.order_id = l.order_id
        LEFT JOIN sales_order AS s ON s.id = o.order_id
        WHERE (l.order_id IS NOT NULL OR d.chain <> 'direct_delivery')
          AND (o.product_id, o.unit_price, o.discount, s.customer_id, s.currency)
              IS DISTINCT FROM
              (l.product_id, l.unit_price, l.discount, d.customer_id, d.currency)
        """,
    ),
    # Imported deliveries are facts of the past, whatever their prices were.
    *discount_authority(
        PricedTable(
            slice="deliveries",
            table="delivery",
            lines="delivery_line",
            parent="delivery_id",
            approved="d.checked_by IS NOT NULL AND d.import_id IS NULL AND NOT EXISTS ("
            "SELECT FROM delivery_line AS o WHERE o.delivery_id = d.id AND o.order_id IS NOT NULL)",
        )
    ),
    Invariant(
        "deliveries.152",
        "What is shipped was checked by a second person, unless it was imported.",
        """
        SELECT id, number, status, prepared_by, prepared_for, checked_by, checked_for FROM delivery
        WHERE checked_by IN (prepared_by, prepared_for)
           OR checked_for IN (prepared_by, prepared_for)
           OR (status IN ('checked', 'shipped', 'received', 'returned')
               AND checked_by IS NULL AND import_id IS NULL)
        """,
    ),
)
