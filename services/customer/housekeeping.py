"""What is removed because nobody needs it any more."""

from __future__ import annotations

from services.customer.limits import service as limits
from shared.db.unit_of_work import Database
from shared.domain.actor import SYSTEM


async def clean_up(db: Database) -> None:
    """Remove counters of attempts whose time is over."""
    async with db.transaction(SYSTEM) as uow:
        await limits.clean(uow.conn, uow.now)
