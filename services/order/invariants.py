"""What must always be true of the service's data; each slice declares its own."""

from __future__ import annotations

from services.order.accounts.invariants import ACCOUNTS
from services.order.amendments.invariants import AMENDMENTS
from services.order.contracts.invariants import CONTRACTS
from services.order.deliveries.invariants import DELIVERIES
from services.order.drafts.invariants import PORTAL
from services.order.expenses.invariants import EXPENSES
from services.order.invoices.invariants import INVOICES
from services.order.ledger.invariants import LEDGER
from services.order.numbering import SERIES
from services.order.orders.invariants import ORDERS
from services.order.payments.invariants import PAYMENTS
from services.order.prepayments.invariants import PREPAYMENTS
from services.order.receipts.invariants import RECEIPTS
from services.order.stock.invariants import STOCK
from shared.approvals.invariants import INVARIANTS as APPROVALS
from shared.db.invariants import Invariant
from shared.documents.invariants import INVARIANTS as DOCUMENTS
from shared.numbering.invariants import INVARIANTS as NUMBERS
from shared.numbering.invariants import gapless, numbered

INVARIANTS: tuple[Invariant, ...] = (
    *LEDGER,
    *ACCOUNTS,
    *PREPAYMENTS,
    *CONTRACTS,
    *ORDERS,
    *AMENDMENTS,
    *EXPENSES,
    *DELIVERIES,
    *INVOICES,
    *RECEIPTS,
    *PAYMENTS,
    *STOCK,
    *PORTAL,
    *APPROVALS,
    *DOCUMENTS,
    *NUMBERS,
    *(numbered(table, series) for table, series in SERIES.items()),
    *(gapless(table, SERIES[table]) for table in ("contract", "invoice")),
)
