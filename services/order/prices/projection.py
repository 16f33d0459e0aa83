"""Events about list prices and discount authority to rows of the replicas."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from services.order.prices.table import discount_policies, list_prices, price_lists
from shared.auth.discounts import Band, DiscountPolicy
from shared.auth.roles import Role
from shared.db.replica import newer_wins
from shared.db.unit_of_work import UnitOfWork
from shared.events.opportunity import DiscountPolicyAdopted, PriceListEffective
from shared.inbox.arrival import Received

_upsert_list = newer_wins(price_lists)
#: What is in force never changes.
_add_prices = insert(list_prices).on_conflict_do_nothing()
_add_policy = insert(discount_policies).on_conflict_do_nothing()


async def project_price_lists(uow: UnitOfWork, events: list[Received[PriceListEffective]]) -> None:
    """Keep every version of the price list, with its prices (S102, S110)."""
    lists = [
        {
            "id": event.data.price_list_id,
            "version": event.envelope.sequence,
            "number": event.data.number,
            "currency": event.data.currency,
            "effective_on": event.data.effective_on,
            "approved_at": event.envelope.time,
        }
        for event in events
    ]
    prices = [
        {
            "price_list_id": event.data.price_list_id,
            "product_id": price.product_id,
            "minimum_quantity": price.minimum_quantity,
            "unit_price": price.unit_price.amount,
        }
        for event in events
        for price in event.data.prices
    ]
    await uow.conn.execute(_upsert_list, lists)
    if prices:
        await uow.conn.execute(_add_prices, prices)


async def project_discount_policies(
    uow: UnitOfWork, events: list[Received[DiscountPolicyAdopted]]
) -> None:
    """Keep every version of the discount policy (S108)."""
    rows = [
        {"version": event.envelope.sequence, "content": _policy(event.data)} for event in events
    ]
    await uow.conn.execute(_add_policy, rows)


def _policy(adopted: DiscountPolicyAdopted) -> DiscountPolicy:
    bands = tuple(Band(Role(band.role), band.up_to) for band in adopted.bands)
    return DiscountPolicy(bands, Role(adopted.non_standard_role))
