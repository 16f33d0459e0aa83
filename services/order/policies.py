"""When X happens in this service, then Y, in the same transaction."""

from __future__ import annotations

from services.order.amendments.service import end_pending
from services.order.invoices.closing import (
    close_finished_order,
    close_paid_orders,
    complete_amended_contract,
    complete_contract_of,
)
from services.order.orders.progress import refuse_while_orders_are_open
from services.order.receipts.holds import pay_from_holds
from shared.db.unit_of_work import Policies
from shared.events.order import (
    ContractAmended,
    ContractCompleted,
    ContractTerminated,
    InvoiceIssued,
    InvoiceSettled,
    OrderClosed,
    OrderProgressed,
)

POLICIES: Policies = {
    ContractAmended: (complete_amended_contract,),
    ContractCompleted: (refuse_while_orders_are_open, end_pending),
    ContractTerminated: (refuse_while_orders_are_open,),
    OrderProgressed: (close_finished_order,),
    OrderClosed: (complete_contract_of,),
    InvoiceIssued: (pay_from_holds,),
    InvoiceSettled: (close_paid_orders,),
}
