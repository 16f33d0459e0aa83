"""Invoices, receipts and expenses: the documents of the order service about money."""

from __future__ import annotations

from tests.integration.robustness.corpus.machines.machine import Json, Machine
from tests.integration.robustness.corpus.machines.order import shipped
from tests.integration.robustness.worlds import World
from tests.support import amending, expenses, fulfilment, order
from tests.support.opportunity import money

_REASON = {"reason": "测试"}
_ACCOUNTANT = fulfilment.ACCOUNTANT


async def drafted_invoice(world: World) -> Json:
    return await fulfilment.drafted_invoice(world.service, await shipped(world))


async def checked_invoice(world: World) -> Json:
    return await fulfilment.checked_invoice(world.service, await drafted_invoice(world))


async def issued(world: World) -> Json:
    return await fulfilment.invoiced(world.service, await shipped(world))


async def _paid(world: World, amount: str) -> Json:
    invoice = await issued(world)
    receipt = await fulfilment.received(world.service, invoice["customer_id"], amount)
    await fulfilment.allocated(world.service, receipt, fulfilment.share(invoice, amount))
    return await fulfilment.invoice_now(world.service, invoice)


async def partly_settled(world: World) -> Json:
    return await _paid(world, "100.00")


async def settled(world: World) -> Json:
    return await _paid(world, "1000.00")


async def voided(world: World) -> Json:
    invoice = await drafted_invoice(world)
    path = f"invoices/{invoice['id']}/void"
    return await order.done(world.service, _ACCOUNTANT, path, _REASON, seen=invoice)


INVOICES = Machine(
    service="order",
    id_name="invoice_id",
    states={
        "draft": drafted_invoice,
        "checked": checked_invoice,
        "issued": issued,
        "partly_settled": partly_settled,
        "settled": settled,
        "voided": voided,
    },
    steps={
        "check": "POST /v1/invoices/{invoice_id}/check",
        "issue": "POST /v1/invoices/{invoice_id}/issue",
        "void": "POST /v1/invoices/{invoice_id}/void",
        "pay": "POST /v1/invoices/{invoice_id}/pay-from-prepayment",
    },
    allowed={
        "draft": "check void",
        "checked": "issue void",
        "issued": "pay",
        "partly_settled": "pay",
    },
    codes=("invoice_state", "invoice_exceeded"),
)


async def recorded(world: World) -> Json:
    customer = await order.customer(world.service)
    return await fulfilment.received(world.service, customer, "500.00")


async def _used(world: World, amount: str) -> Json:
    invoice = await issued(world)
    receipt = await fulfilment.received(world.service, invoice["customer_id"], "500.00")
    await fulfilment.allocated(world.service, receipt, fulfilment.share(invoice, amount))
    return await fulfilment.receipt_now(world.service, receipt)


async def partly_allocated(world: World) -> Json:
    return await _used(world, "100.00")


async def all_allocated(world: World) -> Json:
    return await _used(world, "500.00")


async def reversed_receipt(world: World) -> Json:
    made = await recorded(world)
    path = f"receipts/{made['id']}/reverse"
    key = f"reverse {made['id']}".replace(" ", "-")
    return await order.done(world.service, _ACCOUNTANT, path, _REASON, seen=made, key=key)


RECEIPTS = Machine(
    service="order",
    id_name="receipt_id",
    states={
        "recorded": recorded,
        "partly_allocated": partly_allocated,
        "allocated": all_allocated,
        "reversed": reversed_receipt,
    },
    steps={
        "reverse": "POST /v1/receipts/{receipt_id}/reverse",
        "credit": "POST /v1/receipts/{receipt_id}/credit-prepayment",
    },
    allowed={"recorded": "reverse credit", "partly_allocated": "credit"},
    codes=("receipt_state", "receipt_in_use", "receipt_exceeded"),
)


async def drafted_expense(world: World) -> Json:
    return await expenses.drafted(world.service)


async def asked_expense(world: World) -> Json:
    return await expenses.submitted(world.service)


async def approved_expense(world: World) -> Json:
    return await expenses.approved(world.service)


async def rejected_expense(world: World) -> Json:
    made = await asked_expense(world)
    await amending.decided(world.service, made, "reject", "sales_manager", comment="测试")
    return await expenses.expense_now(world.service, made)


async def settled_expense(world: World) -> Json:
    made = await approved_expense(world)
    answer = await expenses.try_to_settle(world.service, made, "8000.00")
    assert answer.is_success, answer.text
    return dict(answer.json())


async def cancelled_expense(world: World) -> Json:
    made = await drafted_expense(world)
    path = f"expenses/{made['id']}/cancel"
    return await order.done(world.service, order.SELLER, path, _REASON, seen=made)


EXPENSES = Machine(
    service="order",
    id_name="expense_id",
    states={
        "draft": drafted_expense,
        "in_approval": asked_expense,
        "approved": approved_expense,
        "rejected": rejected_expense,
        "settled": settled_expense,
        "cancelled": cancelled_expense,
    },
    steps={
        "change": "PATCH /v1/expenses/{expense_id}",
        **{
            each: f"POST /v1/expenses/{{expense_id}}/{each}"
            for each in ("submit", "settle", "cancel")
        },
    },
    allowed={
        "draft": "change submit cancel",
        "approved": "settle cancel",
        "rejected": "change cancel",
    },
    codes=("expense_state",),
    bodies={"settle": {"amount": money("8000.00")}},
)


MACHINES = (INVOICES, RECEIPTS, EXPENSES)
