"""What orders have taken of a contract already, no amendment takes back (30, S129)."""

from __future__ import annotations

from decimal import Decimal

from services.order.amendments.errors import BelowOrdered, OrdersOfCustomer, OrdersOutsideTerm
from services.order.amendments.model import Amendment
from services.order.contracts.model import Contract
from services.order.orders.placing import orders
from services.order.orders.progress import must_have_no_open_orders
from shared.db.unit_of_work import UnitOfWork

_NOTHING = Decimal(0)


async def must_fit_orders(uow: UnitOfWork, contract: Contract, amendment: Amendment) -> None:
    """Refuse an amendment that orders under a locked contract do not go with.

    Raises:
        OpenOrders: it ends the contract, and orders are open.
        BelowOrdered: a line would have less than orders take of it.
        OrdersOfCustomer, OrdersOutsideTerm: it would be another customer's, or of other days.
    """
    if amendment.ends:
        await must_have_no_open_orders(uow, contract.id, contract.number)
        return
    await _must_leave_what_is_ordered(uow, contract, amendment)
    first, last = await orders.days_under(uow, contract.id)
    if first is None or last is None:
        return
    if amendment.customer_id != contract.customer_id:
        raise OrdersOfCustomer(f"Orders under {contract.number} are the present customer's.")
    starts_on, ends_on = amendment.starts_on or first, amendment.ends_on or last
    if first < starts_on or ends_on < last:
        raise OrdersOutsideTerm(f"Orders under {contract.number} are of {first} to {last}.")


async def _must_leave_what_is_ordered(
    uow: UnitOfWork, contract: Contract, amendment: Amendment
) -> None:
    taken = await orders.taken(uow, contract.id)
    left = {line.id: line.quantity for line in amendment.lines}
    for line in contract.lines:
        rest, ordered = left.get(line.id, _NOTHING), taken.get(line.id, _NOTHING)
        if rest < min(ordered, line.quantity):  # a delivery may be more, as far as tolerated
            raise BelowOrdered(
                f"{ordered} {line.unit} of {line.product_code} are ordered, {rest} would be left.",
                contract_line_id=line.id,
            )
