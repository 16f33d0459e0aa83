"""The documents of the opportunity service."""

from __future__ import annotations

from tests.integration.robustness.corpus.machines.machine import Json, Machine
from tests.integration.robustness.worlds import World
from tests.support import opportunity
from tests.support.opportunity import etag, on_approval, on_quote, price, propose, succeeded

_REASON = {"reason": "测试"}


async def _act(world: World, role: str, path: str, body: Json | None, seen: Json) -> Json:
    async with world.service.client(role) as client:
        return succeeded(await client.post(f"/v1/{path}", json=body, headers=etag(seen)))


async def open_(world: World) -> Json:
    return await opportunity.project(world.service)


async def _after(world: World, step: str, body: Json) -> Json:
    made = await open_(world)
    return await _act(world, "account_manager", f"opportunities/{made['id']}/{step}", body, made)


async def won(world: World) -> Json:
    return await _after(world, "win", _REASON)


async def lost(world: World) -> Json:
    return await _after(world, "lose", _REASON)


async def abandoned(world: World) -> Json:
    return await _after(world, "abandon", _REASON)


OPPORTUNITIES = Machine(
    service="opportunity",
    id_name="opportunity_id",
    states={"open": open_, "won": won, "lost": lost, "abandoned": abandoned},
    steps={
        "change": "PATCH /v1/opportunities/{opportunity_id}",
        **{
            each: f"POST /v1/opportunities/{{opportunity_id}}/{each}"
            for each in ("register", "move", "hand-over", "win", "lose", "abandon", "plan")
        },
    },
    allowed={
        "open": "change move hand-over win lose abandon plan",
        "lost": "win",
        "abandoned": "win",
    },
    codes=("opportunity_state", "already_registered"),
)


async def drafted(world: World) -> Json:
    product = {"id": world.known["product_id"]}
    return await opportunity.draft_quote(world.service, [opportunity.line(product, discount="0.4")])


async def in_approval(world: World) -> Json:
    return succeeded(await on_quote(world.service, await drafted(world), "submit"))


async def approved(world: World) -> Json:
    made = await in_approval(world)
    return succeeded(await on_quote(world.service, made, "approve", "general_manager"))


async def rejected(world: World) -> Json:
    made = await in_approval(world)
    return succeeded(await on_quote(world.service, made, "reject", "general_manager", **_REASON))


async def sent(world: World) -> Json:
    return succeeded(await on_quote(world.service, await approved(world), "send"))


async def accepted(world: World) -> Json:
    return succeeded(await on_quote(world.service, await sent(world), "accept"))


async def declined(world: World) -> Json:
    return succeeded(await on_quote(world.service, await sent(world), "decline", **_REASON))


async def superseded(world: World) -> Json:
    made = await rejected(world)
    succeeded(await on_quote(world.service, made, "revise", payment_terms="测试"))
    return made


QUOTES = Machine(
    service="opportunity",
    id_name="quote_id",
    states={
        "draft": drafted,
        "in_approval": in_approval,
        "approved": approved,
        "rejected": rejected,
        "sent": sent,
        "accepted": accepted,
        "declined": declined,
        "superseded": superseded,
    },
    steps={
        "change": "PATCH /v1/quotes/{quote_id}",
        **{
            each: f"POST /v1/quotes/{{quote_id}}/{each}"
            for each in ("revise", "submit", "approve", "reject", "send", "accept", "decline")
        },
    },
    allowed={
        "draft": "change submit",
        "in_approval": "approve reject revise",
        "approved": "send accept decline revise",
        "rejected": "revise",
        "sent": "accept decline revise",
        "declined": "revise",
    },
    codes=("quote_state", "quote_final"),
)


async def active_product(world: World) -> Json:
    return await opportunity.product(world.service)


async def retired_product(world: World) -> Json:
    made = await active_product(world)
    return await _act(world, "sales_manager", f"products/{made['id']}/retire", None, made)


PRODUCTS = Machine(
    service="opportunity",
    id_name="product_id",
    states={"active": active_product, "retired": retired_product},
    steps={
        "retire": "POST /v1/products/{product_id}/retire",
        "restore": "POST /v1/products/{product_id}/restore",
    },
    allowed={"active": "retire", "retired": "restore"},
    codes=("product_active", "product_retired"),
)


async def drafted_list(world: World) -> Json:
    product = await opportunity.product(world.service)
    prices, day = [price(product, "90.00")], opportunity.today(30)
    return await opportunity.price_list(world.service, prices, effective_on=day, approved=False)


async def proposed_list(world: World) -> Json:
    return succeeded(await propose(world.service, await drafted_list(world)))


async def rejected_list(world: World) -> Json:
    made = await proposed_list(world)
    succeeded(await on_approval(world.service, made, "reject", "finance", comment="测试"))
    return made


async def approved_list(world: World) -> Json:
    made = await proposed_list(world)
    for role in ("finance", "deputy_general_manager", "general_manager"):
        succeeded(await on_approval(world.service, made, "approve", role))
    return made


PRICE_LISTS = Machine(
    service="opportunity",
    id_name="price_list_id",
    states={
        "draft": drafted_list,
        "proposed": proposed_list,
        "rejected": rejected_list,
        "approved": approved_list,
    },
    steps={
        "change": "PUT /v1/price-lists/{price_list_id}/prices",
        "propose": "POST /v1/price-lists/{price_list_id}/propose",
        "adjust": "POST /v1/price-lists/{price_list_id}/adjust",
    },
    allowed={"draft": "change propose", "proposed": "adjust"},
    codes=("price_list_state",),
)
MACHINES = (OPPORTUNITIES, QUOTES, PRODUCTS, PRICE_LISTS)
