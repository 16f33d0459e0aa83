"""What is always true of invoices, and of what customers owe."""

from __future__ import annotations

from services.order.invoices.model import TRANSITIONS, Status
from shared.db.invariants import Invariant
from shared.db.status_history import status_history

INVOICES = (
    # An import takes invoices over as paid.
    status_history("invoice", [Status.DRAFT, Status.SETTLED], TRANSITIONS),
    Invariant(
        "invoices.17",
        "An issued invoice over an amount is posted once, with its total; no other is.",
        """
        SELECT i.id, i.number, i.status, i.total, count(j.id) AS journals
        FROM invoice AS i LEFT JOIN journal AS j
          ON j.source_type = 'invoice' AND j.source_id = i.id AND j.kind = 'invoice_issued'
         AND EXISTS (SELECT FROM posting AS p WHERE p.journal_id = j.id
                     AND p.account = 'accounts_receivable' AND p.amount = i.total
                     AND (p.customer_id, p.currency, p.posted_on)
                         = (i.customer_id, i.currency, i.issued_on))
        GROUP BY i.id
        HAVING count(j.id) <> CASE WHEN i.total > 0
            AND i.status IN ('issued', 'partly_settled', 'settled') THEN 1 ELSE 0 END
        """,
    ),
    Invariant(
        "invoices.18",
        "What a customer owes is the sum of the open invoices.",
        """
        SELECT customer_id, currency, a.receivable, i.open
        FROM account AS a FULL JOIN (
            SELECT customer_id, currency, sum(open) AS open FROM invoice
            WHERE status IN ('issued', 'partly_settled') GROUP BY customer_id, currency
        ) AS i USING (customer_id, currency)
        WHERE coalesce(a.receivable, 0) <> coalesce(i.open, 0)
        """,
    ),
    Invariant(
        "accounts.35",
        "An account is committed by its uncovered orders, and by direct deliveries until they are"
        " invoiced.",
        """
        SELECT customer_id, currency, a.committed, p.committed AS promised
        FROM account AS a FULL JOIN (
            SELECT customer_id, currency, sum(committed) AS committed FROM (
                SELECT customer_id, currency, committed FROM sales_order
                UNION ALL
                SELECT d.customer_id, d.currency, l.amount - coalesce(i.amount, 0)
                FROM delivery AS d JOIN delivery_line AS l ON l.delivery_id = d.id
                LEFT JOIN (
                    SELECT delivery_line_id, sum(amount) AS amount
                    FROM invoice_line JOIN invoice ON invoice.id = invoice_id
                    WHERE status IN ('issued', 'partly_settled', 'settled') AND order_id IS NULL
                    GROUP BY delivery_line_id
                ) AS i ON i.delivery_line_id = l.id
                WHERE l.order_id IS NULL AND d.status NOT IN ('cancelled', 'returned')
            ) AS promises GROUP BY customer_id, currency
        ) AS p USING (customer_id, currency)
        WHERE coalesce(a.committed, 0) <> coalesce(p.committed, 0)
        """,
    ),
    Invariant(
        "invoices.19",
        "What is open on an invoice is its total less what is allocated, and its state says so.",
        """
        SELECT i.id, i.number, i.status, i.total, i.open, coalesce(a.amount, 0) AS allocated
        FROM invoice AS i LEFT JOIN (
            SELECT invoice_id, sum(amount) AS amount FROM allocation
            WHERE status = 'made' GROUP BY invoice_id
        ) AS a ON a.invoice_id = i.id
        WHERE i.open <> i.total - coalesce(a.amount, 0) OR i.open NOT BETWEEN 0 AND i.total
           OR CASE i.status
                WHEN 'settled' THEN i.open <> 0
                WHEN 'partly_settled' THEN i.open = 0 OR i.open = i.total
                ELSE i.open <> i.total END
        """,
    ),
    Invariant(
        "invoices.23",
        "An invoice's total is the sum of its lines.",
        """
        SELECT i.id, i.number, i.total, sum(l.amount) AS lines
        FROM invoice AS i LEFT JOIN invoice_line AS l ON l.invoice_id = i.id
        GROUP BY i.id HAVING i.total IS DISTINCT FROM sum(l.amount)
        """,
    ),
    Invariant(
        "invoices.26 number",
        "Issued invoices have a number; others have none.",
        "SELECT id, number, status FROM invoice"
        " WHERE (number IS NULL) <> (status IN ('draft', 'checked', 'voided'))",
    ),
    Invariant(
        "invoices.29",
        "An order line is invoiced by what was issued: no more than delivered, or than ordered"
        " where billing comes first.",
        """
        SELECT l.id, l.quantity, l.delivered, l.invoiced, i.quantity AS issued
        FROM order_line AS l JOIN sales_order AS s ON s.id = l.order_id
        LEFT JOIN (
            SELECT order_line_id, sum(quantity) AS quantity
            FROM invoice_line JOIN invoice ON invoice.id = invoice_id
            WHERE status IN ('issued', 'partly_settled', 'settled') GROUP BY order_line_id
        ) AS i ON i.order_line_id = l.id
        WHERE l.invoiced <> coalesce(i.quantity, 0)
           OR l.invoiced > CASE s.chain
                WHEN 'invoice_first' THEN l.quantity ELSE l.delivered END
        """,
    ),
    Invariant(
        "invoices.29 delivered",
        "Of no delivery line is more invoiced than was delivered, in quantity or amount.",
        """
        SELECT d.id, d.quantity, d.amount, sum(l.quantity) AS invoiced, sum(l.amount) AS charged
        FROM delivery_line AS d JOIN delivery ON delivery.id = d.delivery_id
        JOIN invoice_line AS l ON l.delivery_line_id = d.id
        JOIN invoice AS i ON i.id = l.invoice_id
        WHERE i.status IN ('issued', 'partly_settled', 'settled')
        GROUP BY d.id, delivery.status
        HAVING sum(l.quantity) > d.quantity OR sum(l.amount) > d.amount
            OR delivery.status NOT IN ('shipped', 'received')
        """,
    ),
    Invariant(
        "invoices.153",
        "An issued line has the product, price and discount of its order and delivery line.",
        """
        SELECT i.number, l.id
        FROM invoice AS i JOIN invoice_line AS l ON l.invoice_id = i.id
        LEFT JOIN order_line AS o ON o.id = l.order_line_id
        LEFT JOIN delivery_line AS d ON d.id = l.delivery_line_id
        WHERE i.status IN ('issued', 'partly_settled', 'settled')
          AND ((l.order_line_id IS NOT NULL AND (o.product_id, o.unit_price, o.discount)
                   IS DISTINCT FROM (l.product_id, l.unit_price, l.discount))
            OR (l.delivery_line_id IS NOT NULL AND (d.product_id, d.unit_price, d.discount)
                   IS DISTINCT FROM (l.product_id, l.unit_price, l.discount)))
        """,
    ),
    Invariant(
        "invoices.152",
        "What is issued was checked by a second person, unless it was imported.",
        """
        SELECT id, number, status, prepared_by, prepared_for, checked_by, checked_for FROM invoice
        WHERE checked_by IN (prepared_by, prepared_for)
           OR checked_for IN (prepared_by, prepared_for)
           OR (status IN ('checked', 'issued', 'partly_settled', 'settled')
               AND checked_by IS NULL AND import_id IS NULL)
        """,
    ),
    Invariant(
        "invoices.160",
        "An issued invoice is due its payment days after the day of issue.",
        """
        SELECT id, number, issued_on, due_on, payment_days FROM invoice
        WHERE issued_on + payment_days IS DISTINCT FROM due_on
           OR (issued_on IS NULL) <> (status IN ('draft', 'checked', 'voided'))
        """,
    ),
)
