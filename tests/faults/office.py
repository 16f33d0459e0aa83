"""What must be there before the load begins: people, products, and customers for each writer."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from shared.auth.roles import Role
from tests.faults.target import Target
from tests.support.calling import Json
from tests.support.company import Company
from tests.support.trade import formal_customer, new_contact, new_product, put_in_force

SELLERS, TRADERS = 3, 3


@dataclass(slots=True)
class Office:
    """Clients by what they do, and what they work with. ``checkers`` are second persons.

    ``customers`` is where the customer service's data is, for the writer who commits late.
    """

    customers: str
    seller: httpx.AsyncClient
    manager: httpx.AsyncClient
    trade: Trade | None = None

    @classmethod
    async def open(cls, system: Target, company: Company, *, small: bool) -> Office:
        """Hire and enter everything, and wait until all services know of it."""
        async with system.opened() as here:
            customers = here.databases.places["customer"].runtime_dsn
        seller = (await company.one(Role.ACCOUNT_MANAGER)).caller.http
        manager = (await company.one(Role.SALES_MANAGER)).caller.http
        trade = None if small else await Trade.prepare(company)
        await system.drained()
        return cls(customers, seller, manager, trade)


@dataclass(frozen=True, slots=True)
class Trade:
    """What it takes to sell: second persons (``checkers``), products, and customers of the writers.

    Each prospect and trader is one writer's own; the prepaid customer is everybody's.
    """

    warehouse: httpx.AsyncClient
    warehouse_checker: httpx.AsyncClient
    finance: httpx.AsyncClient
    finance_checker: httpx.AsyncClient
    products: tuple[Json, ...]
    prospects: tuple[Json, ...]
    traders: tuple[Json, ...]
    prepaid: Json

    @classmethod
    async def prepare(cls, company: Company) -> Trade:
        """Hire and enter everything."""
        roles = (Role.WAREHOUSE, Role.WAREHOUSE, Role.FINANCE, Role.FINANCE)
        one, checker, clerk, controller = [(await company.hire(role)).caller.http for role in roles]
        products = tuple([await new_product(company, price) for price in ("120.00", "99.90")])
        await put_in_force(company, {each["id"]: "120.00" for each in products})
        prospects = []
        for number in range(SELLERS):
            customer = await formal_customer(company, f"第{number}供电公司")
            contact = await new_contact(company, customer)
            prospects.append(customer | {"contact_id": contact["id"]})
        traders = [
            await formal_customer(company, f"第{each}设备商行", settlement="open")
            for each in range(TRADERS)
        ]
        prepaid = await formal_customer(company, "预付商行", settlement="prepaid")
        people = (one, checker, clerk, controller)
        return cls(*people, products, tuple(prospects), tuple(traders), prepaid)
