"""Orders, deliveries, contracts and drafts of customers."""

from __future__ import annotations

from uuid import UUID

from tests.integration.robustness.corpus.machines.machine import Json, Machine
from tests.integration.robustness.worlds import BUYER, World
from tests.support import amending, fulfilment, order
from tests.support.opportunity import today
from tests.support.portal import Buyer, item

_REASON = {"reason": "测试"}


async def placed(world: World) -> Json:
    return await order.placed_order(world.service, await order.customer(world.service))


async def approved(world: World) -> Json:
    return await order.approved_order(world.service, await order.customer(world.service))


async def _order(world: World, made: Json, step: str, role: str = "sales_manager") -> Json:
    body = None if step == "close" else _REASON
    return await order.done(world.service, role, f"orders/{made['id']}/{step}", body, seen=made)


async def awaiting_funds(world: World) -> Json:
    made = await order.placed_order(world.service, await order.customer(world.service, "prepaid"))
    return await order.reviewed_order(world.service, made)


async def rejected(world: World) -> Json:
    return await _order(world, await placed(world), "reject")


async def cancelled(world: World) -> Json:
    return await _order(world, await placed(world), "cancel", order.SELLER)


async def partly_delivered(world: World) -> Json:
    made = await approved(world)
    await fulfilment.delivered(world.service, made, "3")
    return await fulfilment.order_now(world.service, made)


async def delivered(world: World) -> Json:
    made = await approved(world)
    await fulfilment.delivered(world.service, made)
    return await fulfilment.order_now(world.service, made)


async def closed(world: World) -> Json:
    made = await approved(world)
    await fulfilment.invoiced(world.service, await fulfilment.delivered(world.service, made))
    return await _order(world, await fulfilment.order_now(world.service, made), "close")


ORDERS = Machine(
    service="order",
    id_name="order_id",
    states={
        "placed": placed,
        "awaiting_funds": awaiting_funds,
        "approved": approved,
        "rejected": rejected,
        "cancelled": cancelled,
        "partly_delivered": partly_delivered,
        "delivered": delivered,
        "closed": closed,
    },
    steps={
        "approve": "POST /v1/orders/{order_id}/approve",
        "reject": "POST /v1/orders/{order_id}/reject",
        "cancel": "POST /v1/orders/{order_id}/cancel",
        "close": "POST /v1/orders/{order_id}/close",
    },
    allowed={
        "placed": "approve reject cancel",
        "awaiting_funds": "approve reject cancel",
        "approved": "cancel close",
        "rejected": "cancel",
        "partly_delivered": "close",
        "delivered": "close",
    },
    codes=("order_state",),
)


async def drafted_delivery(world: World) -> Json:
    return await fulfilment.drafted_delivery(world.service, await approved(world))


async def checked_delivery(world: World) -> Json:
    return await fulfilment.checked_delivery(world.service, await drafted_delivery(world))


async def shipped(world: World) -> Json:
    return await fulfilment.shipped(world.service, await drafted_delivery(world))


async def _delivery(world: World, made: Json, step: str) -> Json:
    body = {"received_on": str(today())} if step == "receive" else _REASON
    path = f"deliveries/{made['id']}/{step}"
    return await order.done(world.service, fulfilment.STOREKEEPER, path, body, seen=made)


async def received_delivery(world: World) -> Json:
    return await _delivery(world, await shipped(world), "receive")


async def returned(world: World) -> Json:
    return await _delivery(world, await shipped(world), "return")


async def cancelled_delivery(world: World) -> Json:
    return await _delivery(world, await drafted_delivery(world), "cancel")


DELIVERIES = Machine(
    service="order",
    id_name="delivery_id",
    states={
        "draft": drafted_delivery,
        "checked": checked_delivery,
        "shipped": shipped,
        "received": received_delivery,
        "returned": returned,
        "cancelled": cancelled_delivery,
    },
    steps={
        each: f"POST /v1/deliveries/{{delivery_id}}/{each}"
        for each in ("check", "ship", "receive", "cancel", "return")
    },
    allowed={
        "draft": "check cancel",
        "checked": "ship cancel",
        "shipped": "receive return",
        "received": "return",
    },
    codes=("delivery_state",),
)


async def drafted_contract(world: World) -> Json:
    return await order.drafted_contract(world.service, await order.customer(world.service))


async def countersigning(world: World) -> Json:
    return await order.submitted_contract(world.service, await drafted_contract(world))


async def countersigned(world: World) -> Json:
    return await order.countersigned_contract(world.service, await countersigning(world))


async def approved_contract(world: World) -> Json:
    made = await countersigned(world)
    path = f"contracts/{made['id']}/approve"
    return await order.done(world.service, "general_manager", path, seen=made)


async def signed(world: World) -> Json:
    return await order.signed_contract(world.service, await order.customer(world.service))


async def rejected_contract(world: World) -> Json:
    made = await countersigned(world)
    path = f"contracts/{made['id']}/reject"
    return await order.done(world.service, "general_manager", path, _REASON, seen=made)


async def completed(world: World) -> Json:
    made = await signed(world)
    path = f"contracts/{made['id']}/complete"
    return await order.done(world.service, "sales_manager", path, seen=made)


async def terminated(world: World) -> Json:
    return await amending.terminated(world.service, await signed(world))


CONTRACTS = Machine(
    service="order",
    id_name="contract_id",
    states={
        "draft": drafted_contract,
        "countersigning": countersigning,
        "countersigned": countersigned,
        "approved": approved_contract,
        "signed": signed,
        "rejected": rejected_contract,
        "completed": completed,
        "terminated": terminated,
    },
    steps={
        "change": "PATCH /v1/contracts/{contract_id}",
        **{
            each: f"POST /v1/contracts/{{contract_id}}/{each}"
            for each in ("submit", "countersign", "approve", "reject", "sign", "complete")
        },
        "amend": "POST /v1/contracts/{contract_id}/amendments",
    },
    allowed={
        "draft": "change submit",
        "countersigning": "countersign",
        "countersigned": "approve reject",
        "approved": "sign amend",
        "signed": "complete amend",
        "rejected": "change",
    },
    codes=("contract_state",),
)


def _buyer(world: World) -> Buyer:
    return Buyer(world.service, UUID(world.known["customer_id"]), BUYER)


async def _draft(world: World) -> Json:
    return await _buyer(world).draft(item(world.known["product_id"]))


async def _draft_after(world: World, step: str) -> Json:
    made = await _draft(world)
    answer = await _buyer(world).send("POST", f"drafts/{made['id']}/{step}", {}, seen=made)
    assert answer.is_success, answer.text
    return made


async def submitted_draft(world: World) -> Json:
    return await _draft_after(world, "submit")


async def cancelled_draft(world: World) -> Json:
    return await _draft_after(world, "cancel")


DRAFTS = Machine(
    service="order",
    id_name="draft_id",
    states={"submitted": submitted_draft, "cancelled": cancelled_draft},
    steps={
        "change": "PATCH /v1/portal/drafts/{draft_id}",
        "submit": "POST /v1/portal/drafts/{draft_id}/submit",
        "cancel": "POST /v1/portal/drafts/{draft_id}/cancel",
    },
    allowed={},
    codes=("order_draft_state",),
)
MACHINES = (ORDERS, DELIVERIES, CONTRACTS, DRAFTS)
