"""What is always true of orders, and of the money they hold or commit."""

from __future__ import annotations

from services.order.orders.status import TRANSITIONS, Status
from services.order.prices.invariants import PricedTable, discount_authority
from shared.db.invariants import Invariant
from shared.db.rounding import rounded
from shared.db.status_history import status_history

_WORTH = rounded("l.quantity * l.unit_price * (1 - l.discount)", "o.currency")
_INVOICED = rounded("least(l.invoiced, l.quantity) * l.unit_price * (1 - l.discount)", "s.currency")
ORDERS = (
    status_history("order", [Status.PLACED], TRANSITIONS),
    Invariant(
        "orders.23",
        "An order's total is the sum of its lines, each rounded once.",
        f"""
        SELECT o.id, o.number, o.total, sum(l.amount) AS lines
        FROM sales_order AS o LEFT JOIN order_line AS l ON l.order_id = o.id
        GROUP BY o.id
        HAVING o.total IS DISTINCT FROM sum(l.amount)
            OR bool_or(l.amount <> {_WORTH})
        """,  # noqa: S608 - a rounding of our own
    ),
    Invariant(
        "orders.30",
        "Orders take no more of a contract's line than was agreed.",
        """
        SELECT c.number, l.id, l.quantity, sum(
            CASE WHEN o.status = 'closed' THEN ol.delivered ELSE ol.quantity END) AS ordered
        FROM contract_line AS l JOIN contract AS c ON c.id = l.contract_id
        JOIN order_line AS ol ON ol.contract_line_id = l.id
        JOIN sales_order AS o ON o.id = ol.order_id
        WHERE o.status NOT IN ('cancelled', 'rejected')
        GROUP BY c.number, l.id
        HAVING sum(CASE WHEN o.status = 'closed' THEN least(ol.delivered, ol.quantity)
                        ELSE ol.quantity END) > l.quantity
        """,
    ),
    Invariant(
        "orders.30 term",
        "Orders are placed within the term of their contract, and by its customer.",
        """
        SELECT o.number, c.number AS contract, o.ordered_on, c.starts_on, c.ends_on
        FROM sales_order AS o JOIN contract AS c ON c.id = o.contract_id
        WHERE o.status NOT IN ('cancelled', 'rejected')
          AND (o.ordered_on < c.starts_on OR o.ordered_on > c.ends_on
               OR (o.customer_id, o.currency) <> (c.customer_id, c.currency))
        """,
    ),
    Invariant(
        "orders.31 contract",
        "A line under a contract has product, price and discount of a line that the contract has,"
        " or had before an amendment and nothing takes of any more.",
        """
        SELECT o.number, ol.id
        FROM sales_order AS o JOIN order_line AS ol ON ol.order_id = o.id
        LEFT JOIN contract_line AS l
          ON l.id = ol.contract_line_id AND l.contract_id = o.contract_id
        WHERE o.contract_id IS NOT NULL
          AND (l.product_id, l.unit_price, l.discount)
              IS DISTINCT FROM (ol.product_id, ol.unit_price, ol.discount)
          AND NOT (l.id IS NULL AND (o.status IN ('cancelled', 'rejected')
                                     OR (o.status = 'closed' AND ol.delivered = 0)) AND EXISTS (
              SELECT FROM contract_revision AS r, jsonb_array_elements(r.content -> 'lines') AS was
              WHERE r.contract_id = o.contract_id
                AND CAST(was ->> 'id' AS uuid) = ol.contract_line_id))
        """,
    ),
    Invariant(
        "orders.31 quote",
        "The lines of an order that a quote was accepted for are those of the quote.",
        """
        SELECT s.id, s.number, quoted ->> 'line_id' AS line_id
        FROM sales_order AS s
        JOIN outbox AS o ON o.aggregate_type = 'order' AND o.aggregate_id = s.id
         AND o.aggregate_version = 1,
        json_array_elements(o.payload -> 'lines') AS quoted
        LEFT JOIN order_line AS l ON l.id = CAST(quoted ->> 'line_id' AS uuid)
        WHERE s.quote_id IS NOT NULL
          AND (l.product_id, l.quantity, l.unit_price, l.discount) IS DISTINCT FROM (
              CAST(quoted ->> 'product_id' AS uuid),
              CAST(quoted ->> 'quantity' AS numeric),
              CAST(quoted -> 'unit_price' ->> 'amount' AS numeric),
              CAST(quoted ->> 'discount' AS numeric))
        """,
    ),
    *discount_authority(
        PricedTable(
            slice="orders",
            table="sales_order",
            lines="order_line",
            parent="order_id",
            approved="d.approved_by IS NOT NULL AND d.quote_id IS NULL AND d.contract_id IS NULL",
        )
    ),
    Invariant(
        "orders.33",
        "An accepted quote became one contract or one order.",
        """
        SELECT quote_id, count(*) AS documents FROM (
            SELECT quote_id FROM contract UNION ALL SELECT quote_id FROM sales_order
        ) AS made
        WHERE quote_id IS NOT NULL GROUP BY quote_id HAVING count(*) > 1
        """,
    ),
    Invariant(
        "orders.35",
        "Who approves did not write on the order; on credit it was within the limit.",
        """
        SELECT id, number, settlement, credit_used, credit_limit, authors, approved_by,
            approved_for
        FROM sales_order
        WHERE (settlement = 'credit' AND (credit_used <= credit_limit) IS NOT TRUE)
           OR approved_by = ANY (authors) OR approved_for = ANY (authors)
           OR (status IN ('approved', 'partly_delivered', 'delivered', 'closed')
               AND (approved_by IS NULL OR settlement IS NULL))
        """,
    ),
    Invariant(
        "orders.35 committed",
        "An uncovered open order commits what of it is not invoiced, any other nothing.",
        f"""
        SELECT s.id, s.number, s.status, s.committed, due.amount AS due
        FROM sales_order AS s
        LEFT JOIN LATERAL (
            SELECT sum(l.amount - {_INVOICED}) AS amount
            FROM order_line AS l WHERE order_id = s.id
              AND s.status IN ('approved', 'partly_delivered', 'delivered')
              AND s.settlement <> 'prepaid') AS due ON true
        WHERE s.committed <> coalesce(due.amount, 0)
        """,  # noqa: S608 - a rounding of our own
    ),
    Invariant(
        "orders.21",
        "An open prepaid order holds what no issued invoice has charged of it, any other nothing.",
        """
        SELECT s.number, s.status, m.held, due.amount AS due
        FROM sales_order AS s
        LEFT JOIN LATERAL (
            SELECT sum(CASE WHEN kind = 'held' THEN amount ELSE -amount END) AS held
            FROM prepayment_movement WHERE order_id = s.id) AS m ON true
        LEFT JOIN LATERAL (
            SELECT sum(greatest(l.amount - coalesce(charged.amount, 0), 0)) AS amount
            FROM order_line AS l LEFT JOIN LATERAL (
                SELECT sum(i.amount) AS amount FROM invoice_line AS i
                JOIN invoice ON invoice.id = i.invoice_id
                WHERE i.order_line_id = l.id
                  AND invoice.status IN ('issued', 'partly_settled', 'settled')
            ) AS charged ON true
            WHERE l.order_id = s.id
              AND s.status IN ('approved', 'partly_delivered', 'delivered')
              AND s.settlement = 'prepaid') AS due ON true
        WHERE coalesce(m.held, 0) <> coalesce(due.amount, 0)
        """,
    ),
)
