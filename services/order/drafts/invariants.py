"""What is always true of orders that customers place themselves (S25)."""

from __future__ import annotations

from services.order.drafts.model import TRANSITIONS, Status
from shared.db.invariants import Invariant
from shared.db.status_history import status_history

PORTAL = (
    status_history("order_draft", [Status.DRAFT], TRANSITIONS),
    Invariant(
        "portal.customer",
        "What a portal user drafts and orders is their customer's; they are its first author.",
        """
        SELECT 'order' AS kind, o.id, o.customer_id, o.portal_user_id
        FROM sales_order AS o LEFT JOIN portal_user AS p ON p.id = o.portal_user_id
        WHERE o.customer_id <> p.customer_id OR o.authors[1] <> o.portal_user_id
        UNION ALL
        SELECT 'draft', d.id, d.customer_id, d.portal_user_id
        FROM order_draft AS d JOIN portal_user AS p ON p.id = d.portal_user_id
        WHERE d.customer_id <> p.customer_id
        """,
    ),
    Invariant(
        "portal.submitted",
        "A submitted draft is one order of the same customer and person, and no order is a portal"
        " user's without a draft.",
        """
        SELECT d.id AS draft_id, o.id AS order_id, d.status
        FROM order_draft AS d
        FULL JOIN (SELECT * FROM sales_order WHERE portal_user_id IS NOT NULL) AS o
          ON o.id = d.order_id
        WHERE (d.status = 'submitted') IS DISTINCT FROM (o.id IS NOT NULL)
           OR (d.customer_id, d.portal_user_id) <> (o.customer_id, o.portal_user_id)
        """,
    ),
    Invariant(
        "portal.prices",
        "As submitted, an order of a portal user has list prices and no discount.",
        """
        SELECT o.number, l.id, l.unit_price, l.list_price, l.discount
        FROM sales_order AS o JOIN order_line AS l ON l.order_id = o.id
        WHERE o.portal_user_id IS NOT NULL AND o.version = 1
          AND (l.unit_price IS DISTINCT FROM l.list_price OR l.discount <> 0)
        """,
    ),
)
