"""What is removed because nobody needs it any more."""

from __future__ import annotations

from services.customer.limits import service as limits
from services.customer.sessions.repository import forget_old
from shared.db.unit_of_work import Database
from shared.domain.actor import SYSTEM
from shared.imports.runner import ImportRunner


async def clean_up(db: Database, imports: ImportRunner) -> None:
    """Remove counters of attempts whose time is over, refresh tokens of sessions that are over, and
    uploads that were given up."""
    async with db.transaction(SYSTEM) as uow:
        await limits.clean(uow.conn, uow.now)
        await forget_old(uow.conn, uow.now)
    await imports.clean_up()
