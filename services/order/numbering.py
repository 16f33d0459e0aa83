"""What is numbered in this service, by the branches' ranges (S226)."""

from __future__ import annotations

from services.order.contracts.repository import REGISTER as CONTRACTS
from services.order.deliveries.drafting import SERIES as DELIVERIES
from services.order.expenses.repository import SERIES as EXPENSES
from services.order.invoices.service import SERIES as INVOICES
from services.order.orders.repository import SERIES as ORDERS
from services.order.receipts.service import SERIES as RECEIPTS
from shared.events.numbering import OrderNumberRangesAdopted
from shared.numbering.service import Numbering

#: By the tables whose rows have the numbers.
SERIES = {
    "contract": CONTRACTS,
    "sales_order": ORDERS,
    "expense": EXPENSES,
    "delivery": DELIVERIES,
    "invoice": INVOICES,
    "receipt": RECEIPTS,
}
NUMBERING = Numbering("order", OrderNumberRangesAdopted, SERIES.values())
