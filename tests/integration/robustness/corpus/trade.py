"""The rules of goods and money: nobody gets more than there is, or what belongs to others."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.integration.robustness.corpus.machines import money as money_documents
from tests.integration.robustness.corpus.machines import order as documents
from tests.integration.robustness.corpus.machines.machine import Json
from tests.integration.robustness.worlds import World
from tests.support import fulfilment, order
from tests.support.opportunity import money

#: What is done, the operation, its body, and the code of its refusal.
Broken = tuple[str, str, Any, str]


def _shares(*shares: Json) -> Json:
    return {"allocations": list(shares)}


async def money_rules(world: World) -> list[Broken]:
    service = world.service
    invoice = await money_documents.issued(world)
    draft = await money_documents.drafted_invoice(world)
    void = await money_documents.voided(world)
    customer, share = invoice["customer_id"], fulfilment.share
    small = await fulfilment.received(service, customer, "500.00")
    large = await fulfilment.received(service, customer, "5000.00")
    dollars = await fulfilment.received(service, customer, "500.00", currency="USD")
    of_draft = await fulfilment.received(service, draft["customer_id"], "500.00")
    of_void = await fulfilment.received(service, void["customer_id"], "500.00")
    foreign = await money_documents.recorded(world)
    gone = await money_documents.reversed_receipt(world)
    account = await order.prepaid(service, customer, "300.00")
    spent = await money_documents.approved_expense(world)
    a, b, c = "allocations", f"receipts/{small['id']}", f"receipts/{large['id']}"
    pay, refund = (
        f"invoices/{invoice['id']}/pay-from-prepayment",
        f"prepayments/{account['id']}/refund",
    )
    nowhere = {"invoice_id": str(uuid4()), "amount": money("1.00")}
    return [
        (
            "more than the receipt",
            f"{b}/{a}",
            _shares(share(invoice, "500.01")),
            "receipt_exceeded",
        ),
        (
            "more than the invoice",
            f"{c}/{a}",
            _shares(share(invoice, "1000.01")),
            "invoice_exceeded",
        ),
        (
            "more in two shares",
            f"{b}/{a}",
            _shares(*[share(invoice, "250.01")] * 2),
            "receipt_exceeded",
        ),
        ("another customer's", f"{b}/{a}", _shares(share(draft, "1.00")), "not_together"),
        (
            "to another customer's",
            f"receipts/{foreign['id']}/{a}",
            _shares(share(invoice, "1.00")),
            "not_together",
        ),
        (
            "another currency",
            f"receipts/{dollars['id']}/{a}",
            _shares(share(invoice, "1.00")),
            "not_together",
        ),
        (
            "amount in another currency",
            f"{b}/{a}",
            _shares(share(invoice, "1.00", "USD")),
            "invalid",
        ),
        (
            "an invoice that is a draft",
            f"receipts/{of_draft['id']}/{a}",
            _shares(share(draft, "1.00")),
            "invoice_state",
        ),
        (
            "an invoice that is void",
            f"receipts/{of_void['id']}/{a}",
            _shares(share(void, "1.00")),
            "invoice_state",
        ),
        (
            "a receipt that is reversed",
            f"receipts/{gone['id']}/{a}",
            _shares(share(invoice, "1.00")),
            "not_together",
        ),
        ("an invoice of nowhere", f"{b}/{a}", _shares(nowhere), "invalid"),
        (
            "more than is left as credit",
            f"{b}/credit-prepayment",
            {"amount": money("500.01")},
            "receipt_exceeded",
        ),
        (
            "credit in another currency",
            f"{b}/credit-prepayment",
            {"amount": money("1.00", "USD")},
            "invalid",
        ),
        ("more than is prepaid", pay, {"amount": money("300.01")}, "prepayment_short"),
        ("more than is open", pay, {"amount": money("1000.01")}, "invoice_exceeded"),
        ("prepaid in another currency", pay, {"amount": money("1.00", "USD")}, "invalid"),
        (
            "refund of more",
            refund,
            {"amount": money("300.01")},
            "prepayment_short",
        ),
        (
            "refund in another currency",
            refund,
            {"amount": money("1.00", "USD")},
            "invalid",
        ),
        (
            "more than was approved",
            f"expenses/{spent['id']}/settle",
            {"amount": money("8000.01")},
            "above_approved",
        ),
        (
            "settled in another currency",
            f"expenses/{spent['id']}/settle",
            {"amount": money("1.00", "USD")},
            "invalid",
        ),
    ]


async def goods_rules(world: World) -> list[Broken]:
    service = world.service
    ordered, other, placed = [
        await each(world) for each in (documents.approved, documents.approved, documents.placed)
    ]
    shipped, draft = await documents.shipped(world), await documents.drafted_delivery(world)
    contract = await documents.signed(world)
    waiting = await documents.drafted_contract(world)
    part = fulfilment.part
    mixed = part(ordered, "1") | {"order_line_id": other["lines"][0]["id"]}
    elsewhere = await documents.shipped(world)
    line = {"delivery_id": shipped["id"], "delivery_line_id": shipped["lines"][0]["id"]}
    under = {"customer_id": contract["customer_id"], "contract_id": contract["id"]}
    too_many, six = line | {"quantity": "10.0001"}, line | {"quantity": "6"}
    more, twice = [
        (await fulfilment.drafted_invoice(service, lines=given))["id"]
        for given in ([too_many], [six, six])
    ]

    def lines(*given: Json) -> Json:
        return {"lines": list(given)}

    return [
        ("more than was ordered", "deliveries", lines(part(ordered, "10.0001")), "over_delivery"),
        (
            "more in two lines",
            "deliveries",
            lines(part(ordered, "6"), part(ordered, "6")),
            "over_delivery",
        ),
        ("a line of another order", "deliveries", lines(mixed), "invalid"),
        ("an order that is not approved", "deliveries", lines(part(placed, "1")), "order_state"),
        (
            "orders of two customers",
            "deliveries",
            lines(part(ordered, "1"), part(other, "1")),
            "mixed_delivery",
        ),
        ("more than was delivered", f"invoices/{more}/check", None, "invoice_mismatch"),
        ("more in two invoice lines", f"invoices/{twice}/check", None, "invoice_mismatch"),
        (
            "a delivery that is a draft",
            "invoices",
            {"delivery_ids": [draft["id"]]},
            "not_invoiceable",
        ),
        (
            "deliveries of two customers",
            "invoices",
            {"delivery_ids": [shipped["id"], elsewhere["id"]]},
            "mixed_invoice",
        ),
        (
            "more than was agreed",
            "orders",
            under | lines(order.call(contract, "10.0001")),
            "contract_exceeded",
        ),
        (
            "a contract of others",
            "orders",
            under | {"customer_id": placed["customer_id"]} | lines(order.call(contract, "1")),
            "contract_not_in_force",
        ),
        (
            "a contract that is a draft",
            "orders",
            {"customer_id": waiting["customer_id"], "contract_id": waiting["id"]}
            | lines(order.call(waiting, "1")),
            "contract_not_in_force",
        ),
        (
            "a line of no contract",
            "orders",
            {"customer_id": contract["customer_id"]} | lines(order.call(contract, "1")),
            "invalid",
        ),
    ]
