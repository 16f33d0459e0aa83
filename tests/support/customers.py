"""Many customers at once, entered through the slice's own transitions."""

from __future__ import annotations

from uuid import UUID

from services.customer.customers.model import Customer, Profile
from services.customer.customers.service import customers
from shared.db.unit_of_work import Database
from shared.domain.actor import SYSTEM
from shared.domain.owner import Owner

_BATCH = 1000


async def enter_many(db: Database, count: int, owner_id: UUID) -> list[UUID]:
    """Enter ``count`` customers of one owner; return their ids."""
    made: list[UUID] = []
    owner = Owner(owner_id, "销售一部", "上海")
    while len(made) < count:
        async with db.transaction(SYSTEM) as uow:
            numbers = await customers.next_numbers(uow, min(_BATCH, count - len(made)))
            new = [
                Customer.create(
                    Profile(name=f"客户{number}"), number=number, owner=owner, at=uow.now
                )
                for number in numbers
            ]
            await customers.add_many(uow, new)
        made += [customer.id for customer, _ in new]
    return made
