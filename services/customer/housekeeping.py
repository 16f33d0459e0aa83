"""What is removed because nobody needs it any more."""

from __future__ import annotations

from datetime import timedelta

from services.customer.keys.service import rotate_by_age
from services.customer.limits import service as limits
from services.customer.sessions.repository import forget_old
from services.customer.settings import CustomerSettings
from shared.db.unit_of_work import Database
from shared.domain.actor import SYSTEM
from shared.imports.runner import ImportRunner


async def clean_up(db: Database, imports: ImportRunner, settings: CustomerSettings) -> None:
    """Remove counters of attempts whose time is over, refresh tokens of sessions that are over, and
    uploads that were given up; publish the next signing key in time."""
    async with db.transaction(SYSTEM) as uow:
        await limits.clean(uow.conn, uow.now)
        await forget_old(uow.conn, uow.now)
    await imports.clean_up()
    if settings.sign_in:
        tokens_last = timedelta(seconds=settings.token_seconds)
        await rotate_by_age(db, settings.key_days, tokens_last)
