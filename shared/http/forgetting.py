"""Idempotency keys are forgotten when nobody repeats their request any more: a worker's job."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from shared.db.driver import Prepared
from shared.db.unit_of_work import Database
from shared.domain.clock import now
from shared.http.idempotency import idempotency_table
from shared.worker import Job, periodic

#: How long a request may be repeated by its key.
KEPT = timedelta(days=60)
_BATCH, _SECONDS = 1000, 3600.0

_table = idempotency_table(sa.MetaData())
_key = (_table.c.principal, _table.c.route, _table.c.key)
_old = sa.select(*_key).where(_table.c.created_at < sa.bindparam("before")).limit(_BATCH)
_forget = Prepared(sa.delete(_table).where(sa.tuple_(*_key).in_(_old)))


def forgetting(db: Database) -> Job:
    """Return the job of a worker that forgets."""

    async def work() -> None:
        await forget_old(db)

    return periodic("idempotency keys", _SECONDS, work)


async def forget_old(db: Database) -> int:
    """Forget keys older than KEPT, a batch at a time; return how many there were."""
    forgotten, found = 0, _BATCH
    while found == _BATCH:
        async with db.pool.connection() as conn:
            found = (await conn.execute(_forget, {"before": now() - KEPT})).rowcount
        forgotten += found
    return forgotten
