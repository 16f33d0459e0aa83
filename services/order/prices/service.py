"""Judging the prices of a document when it is written, and again when it is approved."""

from __future__ import annotations

from dataclasses import replace

from services.order.prices.model import Judged, Yardstick, price_for
from services.order.prices.repository import tiers_of, yardstick
from shared.db.unit_of_work import UnitOfWork


async def judge(uow: UnitOfWork, document: Judged) -> None:
    """Compare what was just written with the list, and note what it demands (S106, S108)."""
    measure = await yardstick(uow, document.currency)
    await _list_prices(uow, document, measure)
    document.judge(measure, uow.actor.roles)


async def authorise(uow: UnitOfWork, document: Judged) -> str | None:
    """Demand of the actor the authority that a document needs by list and policy of today, and
    return the role that has it (S106, S108, S221).

    Raises:
        AuthorityExceeded: somebody with a higher role must approve.
    """
    measure = await yardstick(uow, document.currency)
    if measure.price_list_id != document.price_list_id:
        await _list_prices(uow, document, measure)
    return document.authorise(measure, uow.actor.roles)


async def _list_prices(uow: UnitOfWork, document: Judged, measure: Yardstick) -> None:
    products = [line.product_id for line in document.lines]
    tiers = await tiers_of(uow.conn, measure.price_list_id, products)
    document.lines = tuple(
        replace(line, list_price=price_for(tiers.get(line.product_id, ()), line.quantity))
        for line in document.lines
    )
