"""The order service with contracts, orders, goods and money of every owner."""

from __future__ import annotations

from uuid import UUID

from tests.matrix.oracle.relations import Relation
from tests.matrix.people import CHIEF, arrived, handed_over, name_of, settle_in
from tests.matrix.scene import Body, Scene, Thing, acting
from tests.support import amending, fulfilment, order
from tests.support.services import ServiceUnderTest

#: For which department a role speaks when contracts are countersigned; the heads for the law.
DEPARTMENTS = {"sales_manager": "sales", "warehouse": "technical", "finance": "finance"}


async def furnish(service: ServiceUnderTest) -> Scene:
    """Enter everything through the public API, each thing by its owner."""
    owners = await settle_in(service)
    product = await order.product(service)
    things = {}
    for relation, owner in owners.items():
        with acting(service, account_manager=owner, sales_manager=service.people[CHIEF]):
            former = owners[Relation.OWN] if relation is Relation.SUCCESSOR else owner
            customer = await arrived(service, name_of(relation), former)
            if former != owner:
                await handed_over(service, customer, owner)
            await order.assess(service, customer["customer_id"], "open")
            things[relation] = await _deal(service, customer["customer_id"], product)
    return Scene(service, things, fields)


def fields(operation: str, role: str) -> Body:
    """What bodies say so that they are valid."""
    if operation.endswith("/countersign"):
        return {"department": DEPARTMENTS.get(role, "legal")}
    return {}


async def _deal(service: ServiceUnderTest, customer: UUID, product: UUID) -> Thing:
    line = order.line(product)
    signed = await order.signed_contract(service, customer, line)
    changing = await amending.proposed(service, signed, kind="termination")
    waiting = await order.drafted_contract(service, customer, line)
    waiting = await order.submitted_contract(service, waiting)
    placed = await order.placed_order(service, customer, line)
    approved = await order.approved_order(service, customer, line)
    delivery = await fulfilment.drafted_delivery(service, lines=[fulfilment.part(approved, "2")])
    shipped = await fulfilment.delivered(service, approved, "3")
    invoice = await fulfilment.invoiced(service, shipped)
    receipt = await fulfilment.received(service, customer, "500.00")
    paid = await fulfilment.allocated(service, receipt, fulfilment.share(invoice, "50.00"))
    prepayment = await order.prepaid(service, customer, "1000.00")
    agreements = [signed, changing, waiting, placed, approved]
    made = [*agreements, delivery, shipped, invoice, receipt, prepayment]
    known = {
        "customer_id": str(customer),
        "product_id": str(product),
        "contract_id": waiting["id"],
        "amendment_id": changing["id"],
        "contract_line_id": signed["lines"][0]["id"],
        "order_id": placed["id"],
        "order_line_id": approved["lines"][0]["id"],
        "delivery_id": delivery["id"],
        "delivery_line_id": shipped["lines"][0]["id"],
        "invoice_id": invoice["id"],
        "receipt_id": receipt["id"],
        "allocation_id": paid["allocations"][0]["id"],
        "prepayment_id": prepayment["id"],
    }
    numbers = {each["number"] for each in made if each.get("number")}
    return Thing(known, {str(customer), *(each["id"] for each in made), *numbers})
