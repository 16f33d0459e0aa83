"""The order service with contracts, orders, goods and money of every owner."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

from tests.conftest import Launch
from tests.matrix.oracle.relations import Relation
from tests.matrix.people import (
    CHIEF,
    arrived,
    filed,
    handed_over,
    name_of,
    sent_file,
    settle_in,
)
from tests.matrix.scene import Body, Scene, Thing, acting
from tests.support import amending, expenses, fulfilment, order
from tests.support.services import ServiceUnderTest

#: For which department a role speaks when contracts are countersigned; the heads for the law.
DEPARTMENTS = {"sales_manager": "sales", "warehouse": "technical", "finance": "finance"}
_RECEIVABLE = "accounts_receivable"
#: A direct order takes no lines of contracts; approvals are not of papers; only what is signed is
#: amended.
MUTE = frozenset(
    {
        ("PATCH /v1/orders/{order_id}", "contract_line_id"),
        ("GET /v1/approvals/order", "document_id"),
        ("POST /v1/contracts/{contract_id}/amendments", "contract_line_id"),
        ("POST /v1/contracts/{contract_id}/amendments", "customer_id"),
    }
)


async def furnish(launch: Launch) -> Scene:
    """Enter everything through the public API, each thing by its owner."""
    service = await launch("order")
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
    return Scene(
        service,
        things,
        fields,
        partial=frozenset({"waiting"}),
        figures={"balances": _receivable},
        mute=MUTE,
    )


def fields(operation: str, role: str, known: Body) -> Body:
    """What bodies say so that they are valid."""
    if operation.endswith("/countersign"):
        return {"department": DEPARTMENTS.get(role, "legal")}
    if operation == "POST /v1/orders":
        return {"lines": [{"contract_line_id": known["contract_line_id"], "quantity": "1"}]}
    return {}


def _receivable(answer: Body) -> Iterator[str]:
    for each in answer["items"]:
        if each["account"] == _RECEIVABLE:
            yield each["balance"]["amount"]


async def _deal(service: ServiceUnderTest, customer: UUID, product: UUID) -> Thing:
    line = order.line(product)
    signed = await order.signed_contract(service, customer, line)
    changing = await amending.proposed(service, signed, kind="termination")
    waiting = await order.drafted_contract(service, customer, line)
    waiting = await order.submitted_contract(service, waiting)
    placed = await order.placed_order(service, customer, line)
    called = order.call(signed, "10")
    approved = await order.approved_order(service, customer, called, contract_id=signed["id"])
    delivery = await fulfilment.drafted_delivery(service, lines=[fulfilment.part(approved, "2")])
    shipped = await fulfilment.delivered(service, approved, "3")
    invoice = await fulfilment.invoiced(service, shipped)
    receipt = await fulfilment.received(service, customer, "500.00")
    paid = await fulfilment.allocated(service, receipt, fulfilment.share(invoice, "50.00"))
    prepayment = await order.prepaid(service, customer, "1000.00")
    agreements = [signed, changing, waiting, placed, approved]
    expense = await expenses.drafted(service, contract_id=signed["id"])
    made = [*agreements, expense, delivery, shipped, invoice, receipt, prepayment]
    known = {
        "customer_id": str(customer),
        "product_id": str(product),
        "contract_id": waiting["id"],
        "amendment_id": changing["id"],
        "contract_line_id": signed["lines"][0]["id"],
        "expense_id": expense["id"],
        "order_id": placed["id"],
        "order_line_id": approved["lines"][0]["id"],
        "delivery_id": delivery["id"],
        "delivery_line_id": shipped["lines"][0]["id"],
        "invoice_id": invoice["id"],
        "receipt_id": receipt["id"],
        "allocation_id": paid["allocations"][0]["id"],
        "prepayment_id": prepayment["id"],
    }
    found = await order.read(service, f"approvals/order?document_id={waiting['id']}")
    made += found["items"]
    known |= {"approval_id": found["items"][0]["id"], "number": "1"}
    known |= await filed(service, "account_manager", "account_manager", waiting["id"])
    known |= await sent_file(service, "finance", "account_manager", "/v1/sales-history/imports")
    canaries = {str(customer), known["document_id"], known["import_id"]}
    numbers = {each["number"] for each in made if each.get("number")}
    within = {"contract_id": signed["id"], "order_id": approved["id"], "delivery_id": shipped["id"]}
    owed = Decimal(await order.balance(service, customer, _RECEIVABLE))
    return Thing(known, {*canaries, *(each["id"] for each in made), *numbers}, within, owed)
