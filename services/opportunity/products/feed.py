"""Product facts of another system: they enter products, change them, and take them off sale."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.opportunity.products.model import Description, Product, Status
from services.opportunity.products.service import products
from services.opportunity.products.table import product_feeds
from services.opportunity.products.table import products as table
from shared.db.unit_of_work import UnitOfWork
from shared.events.inbound import ProductFactsChanged
from shared.inbox.arrival import Received

_FACTS = ("name", "unit", "line", "category")


async def take_product_facts(uow: UnitOfWork, received: Received[ProductFactsChanged]) -> None:
    """Make the product of this code what the newest facts say (S119, S224).

    What is the same already is no change; the cost price stays as it was entered here.
    """
    if not await _is_newer(uow, received):
        return
    facts = received.data
    product = await products.find(uow.conn, table.c.code == facts.code, lock=True)
    if product is None:
        product = await _enter(uow, facts)
    else:
        await _change(uow, product, facts)
    if (status := Status(facts.status)) != product.status:
        step = product.retire() if status == Status.RETIRED else product.restore()
        await products.save(uow, product, step)


async def _enter(uow: UnitOfWork, facts: ProductFactsChanged) -> Product:
    description = Description(**{name: getattr(facts, name) for name in _FACTS})
    product, change = Product.enter(facts.code, description, uow.now)
    await products.add(uow, product, change)
    return product


async def _change(uow: UnitOfWork, product: Product, facts: ProductFactsChanged) -> None:
    told = {name: getattr(facts, name) for name in _FACTS}
    changes = {name: value for name, value in told.items() if getattr(product, name) != value}
    if changes:
        await products.save(uow, product, product.change(**changes))


async def _is_newer(uow: UnitOfWork, received: Received[ProductFactsChanged]) -> bool:
    """Remember the facts as the newest of their product; say False if newer ones were applied.

    Within a source its own count decides, between sources the time.
    """
    envelope = received.envelope
    statement = insert(product_feeds).values(
        code=received.data.code,
        source=envelope.source,
        source_sequence=envelope.sequence,
        source_event_id=envelope.id,
        told_at=envelope.time,
    )
    new, known = statement.excluded, product_feeds.c
    newer = sa.case(
        (known.source == new.source, known.source_sequence < new.source_sequence),
        else_=known.told_at < new.told_at,
    )
    others = ("source", "source_sequence", "source_event_id", "told_at")
    statement = statement.on_conflict_do_update(
        index_elements=[known.code], set_={name: new[name] for name in others}, where=newer
    )
    return (await uow.conn.execute(statement)).rowcount == 1
