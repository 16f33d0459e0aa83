"""What is sold and to whom: products with prices, and formal customers that settle in each way."""

from __future__ import annotations

from itertools import count
from typing import Any

from shared.auth.roles import Role
from shared.domain.clock import business_date, now
from tests.support.calling import Json
from tests.support.company import Company

_serial = count(1)


def cny(amount: str) -> Json:
    """An amount of money."""
    return {"amount": amount, "currency": "CNY"}


async def new_product(company: Company, price: str, **fields: Any) -> Json:
    """A product that costs half its price."""
    manager = (await company.one(Role.SALES_MANAGER)).caller
    serial = next(_serial)
    body = {"code": f"GY-{serial}", "name": f"高压断路器{serial}型", "unit": "台"}
    half = f"{float(price) / 2:.2f}"
    return await manager.post("/v1/products", body | {"cost_price": cny(half)} | fields)


async def put_in_force(company: Company, prices: dict[str, str]) -> Json:
    """A price list with these prices by product, in force from today."""
    manager = (await company.one(Role.SALES_MANAGER)).caller
    listed = [{"product_id": product, "unit_price": cny(each)} for product, each in prices.items()]
    body = {"effective_on": business_date(now()).isoformat(), "prices": listed}
    draft = await manager.post("/v1/price-lists", body)
    path, approvals = f"/v1/price-lists/{draft['id']}", "/v1/approvals/opportunity"
    await manager.post(f"{path}/propose", version=draft["version"])
    for role in (Role.FINANCE, Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER):
        asked = (await company.one(role)).caller
        (approval,) = (await asked.get(approvals, document_id=draft["id"]))["items"]
        await asked.post(f"{approvals}/{approval['id']}/approve", {}, version=approval["version"])
    return await manager.get(path)


async def formal_customer(company: Company, name: str, **credit: Any) -> Json:
    """A customer who may trade; ``credit`` says how it settles."""
    seller = (await company.one(Role.ACCOUNT_MANAGER)).caller
    manager = (await company.one(Role.SALES_MANAGER)).caller
    body = {"name": name, "region": "华东", "accept_duplicates": True}
    customer = await seller.post("/v1/customers", body)
    path = f"/v1/customers/{customer['id']}"
    if credit:
        await manager.put(f"{path}/credit", credit)
    return await manager.post(f"{path}/confirm", version=customer["version"])


async def new_contact(company: Company, customer: Json, name: str = "刘洋") -> Json:
    """A person to talk to at a customer."""
    seller = (await company.one(Role.ACCOUNT_MANAGER)).caller
    path = f"/v1/customers/{customer['id']}/contacts"
    return await seller.post(path, {"name": name, "position": "采购经理", "primary": True})
