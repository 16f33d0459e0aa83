"""What this service does about foreign events, beyond keeping replicas."""

from __future__ import annotations

from services.opportunity.activities.repository import hand_over_contacts
from services.opportunity.approval_engine import ENGINE
from services.opportunity.customers.projection import project_customers
from services.opportunity.opportunities.service import (
    follow_customer,
    follow_successor,
    win_by_document,
)
from services.opportunity.quotes.approval import QUOTES
from services.opportunity.quotes.drafting import hand_over_quotes
from services.opportunity.staff.repository import find_owner
from shared.db.unit_of_work import UnitOfWork
from shared.domain.owner import Owner
from shared.events.customer import CustomerOwnerChanged
from shared.events.order import ContractSigned, OrderApproved
from shared.events.staff import StaffLeft
from shared.inbox.arrival import Received


async def hand_over_open_work(uow: UnitOfWork, received: Received[CustomerOwnerChanged]) -> None:
    """Open opportunities, their quotes and due contacts follow their customer to its new owner
    (S04). The customer goes first: whoever holds it has committed then, and who comes later finds
    it with the new owner."""
    await project_customers(uow, [received])
    customer = received.data
    owner = Owner(customer.owner_id, customer.department, customer.branch)
    await follow_customer(uow, customer.customer_id, customer.previous_owner_id, owner)
    await hand_over_quotes(uow, customer.customer_id, customer.previous_owner_id, owner)
    await ENGINE.hand_over(
        uow, owner.id, customer_id=customer.customer_id, previous=customer.previous_owner_id
    )
    await hand_over_contacts(uow, customer.customer_id, customer.previous_owner_id, owner.id)


async def hand_over_to_successor(uow: UnitOfWork, received: Received[StaffLeft]) -> None:
    """What somebody who left still pursued goes to the successor, with customers of others too
    (S04). Without a successor it waits for a manager to hand it over."""
    left = received.data
    if left.successor_id is not None:
        # The news of somebody hired a moment ago may still be under way: then the leaver's place.
        successor = await find_owner(uow.conn, left.successor_id) or Owner(
            left.successor_id, left.department, left.branch
        )
        await follow_successor(uow, left.staff_id, successor)
        await hand_over_quotes(uow, None, left.staff_id, successor)
        # Plans and price lists stay those of who wrote them.
        await ENGINE.hand_over(uow, successor.id, previous=left.staff_id, kinds=[QUOTES.kind])
        await hand_over_contacts(uow, None, left.staff_id, successor.id)


async def win_by_contract(uow: UnitOfWork, received: Received[ContractSigned]) -> None:
    """A signed contract closes its opportunity as won (S100)."""
    contract = received.data
    if contract.opportunity_id is not None:
        await win_by_document(uow, contract.opportunity_id, f"Contract {contract.number}")


async def win_by_order(uow: UnitOfWork, received: Received[OrderApproved]) -> None:
    """An approved order without a contract closes its opportunity as won (S100)."""
    order = received.data
    if order.opportunity_id is not None and order.contract_id is None:
        await win_by_document(uow, order.opportunity_id, f"Order {order.number}")
