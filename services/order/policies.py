"""When X happens in this service, then Y, in the same transaction."""

from __future__ import annotations

from services.order.orders.progress import refuse_while_orders_are_open
from shared.db.unit_of_work import Policies
from shared.events.order import ContractCompleted

POLICIES: Policies = {
    ContractCompleted: (refuse_while_orders_are_open,),
}
