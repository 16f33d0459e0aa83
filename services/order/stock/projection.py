"""Stock events of other systems to rows of the view."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.order.stock.table import stock_levels
from shared.db.unit_of_work import UnitOfWork
from shared.domain.ids import new_id
from shared.events.inbound import StockLevelChanged
from shared.inbox.arrival import Received

_TOLD = ("on_hand", "as_of", "source", "source_sequence", "source_event_id", "entered_by")


def _upsert() -> Any:
    statement = insert(stock_levels)
    new, known = statement.excluded, stock_levels.c
    # Within a source its own count decides, between sources and against people the time.
    newer = sa.case(
        (known.source == new.source, known.source_sequence < new.source_sequence),
        else_=known.as_of < new.as_of,
    )
    return statement.on_conflict_do_update(
        index_elements=[known.product_code, known.site],
        set_={name: new[name] for name in _TOLD} | {"version": known.version + 1},
        where=newer,
    )


_newer_wins = _upsert()


async def project_stock(uow: UnitOfWork, events: list[Received[StockLevelChanged]]) -> None:
    """Keep the newest level of each product at each site (S116, S135, S224)."""
    rows = [
        {
            "id": new_id(),
            "version": 1,
            "product_code": event.data.product_code,
            "site": event.data.site,
            "on_hand": event.data.on_hand,
            "as_of": event.data.as_of,
            "source": event.envelope.source,
            "source_sequence": event.envelope.sequence,
            "source_event_id": event.envelope.id,
            "entered_by": None,
        }
        for event in events
    ]
    await uow.conn.execute(_newer_wins, rows)
