"""What the bench works on: many customers, orders waiting for approval, receipts and invoices."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import asyncpg

from services.customer.customers.model import Customer, Profile
from services.customer.customers.repository import Customers
from shared.domain.actor import SYSTEM
from shared.domain.ids import new_id
from shared.domain.owner import Owner
from tests.support import fulfilment, order
from tests.support.services import ServiceUnderTest

_BATCH = 1000
_PLACES = "北京 上海 深圳 广州 天津 杭州 苏州 成都 武汉 西安 长沙 青岛 宁波 无锡 佛山".split()
_WORDS = "华为 中兴 长江 东方 恒力 金桥 天元 宏达 瑞丰 博远 新科 永安 四海 银河 万象 启明".split()
_TRADES = "电气 机械 化工 阀门 仪表 电子 软件 建材 物流 纺织 食品 医药 能源 环保 钢铁".split()
_FORMS = ["有限公司", "股份有限公司", "集团有限公司"]

Body = dict[str, Any]
Progress = Callable[[int], None]


async def add_customers(
    service: ServiceUnderTest, count: int, progress: Progress, *, seed: int = 1
) -> None:
    """Add generated customers, in batches, through the aggregate and its repository."""
    chance, repository = random.Random(seed), Customers()
    owners = [Owner(new_id(), "销售一部", "上海") for _ in range(50)]
    for start in range(0, count, _BATCH):
        size = min(_BATCH, count - start)
        async with service.db.transaction(SYSTEM) as uow:
            numbers = await repository.next_numbers(uow, size)
            new = [
                Customer.create(
                    Profile(name=new_name(chance), region=chance.choice(_PLACES)),
                    number=number,
                    owner=chance.choice(owners),
                    at=uow.now,
                )
                for number in numbers
            ]
            await repository.add_many(uow, new)
        progress(start + size)


async def placed_orders(service: ServiceUnderTest, count: int, progress: Progress) -> list[Body]:
    """Orders of customers with a credit limit that covers them all, waiting for approval."""
    products = [await order.product(service) for _ in range(3)]
    buyers = [await _buyer(service) for _ in range(50)]
    placed = []
    for index in range(count):
        lines = [order.line(product) for product in products]
        body = {"customer_id": str(buyers[index % len(buyers)]), "lines": lines}
        placed.append(await order.done(service, order.SELLER, "orders", body))
        progress(index + 1)
    return placed


async def open_invoices(service: ServiceUnderTest, count: int, progress: Progress) -> list[Body]:
    """Issued invoices over 100.00 each, of one delivery."""
    buyer, product = await order.customer(service, "open"), await order.product(service)
    body = {"customer_id": str(buyer), "lines": [order.line(product, str(count))]}
    placed = await order.done(service, order.SELLER, "orders", body)
    approved = await order.reviewed_order(service, placed)
    delivery = await fulfilment.shipped(
        service, await fulfilment.drafted_delivery(service, approved)
    )
    line = {"delivery_id": delivery["id"], "delivery_line_id": delivery["lines"][0]["id"]}
    issued = []
    for index in range(count):
        draft = await fulfilment.drafted_invoice(service, lines=[line | {"quantity": "1"}])
        issued.append(await fulfilment.issued(service, draft))
        progress(index + 1)
    return issued


async def receipts(
    service: ServiceUnderTest, invoices: list[Body], progress: Progress
) -> list[Body]:
    """A receipt over 100.00 for each invoice, not allocated yet."""
    taken = []
    for index, invoice in enumerate(invoices):
        taken.append(await fulfilment.received(service, UUID(invoice["customer_id"]), "100.00"))
        progress(index + 1)
    return taken


async def _buyer(service: ServiceUnderTest) -> UUID:
    return await order.customer(service, "credit", limit="99999999.00")


def new_name(chance: random.Random) -> str:
    """A Chinese company name, generated."""
    words = chance.choice(_PLACES), chance.choice(_WORDS), chance.choice(_WORDS)
    serial = chance.randrange(100_000)
    return f"{''.join(words)}{serial}{chance.choice(_TRADES)}{chance.choice(_FORMS)}"


async def analyze(service: ServiceUnderTest) -> None:
    """Have PostgreSQL tidy and count, as it does by itself after a while; only an owner may ask."""
    conn = await asyncpg.connect(service.owner_dsn, command_timeout=600)
    await conn.execute("VACUUM ANALYZE")
    await conn.close()
