"""A sealer as a process of its own, so that a test can kill it.

python -m tests.support.sealing DSN
"""

from __future__ import annotations

import asyncio
import sys

from shared.audit import sealer
from shared.db.engine import create_engine
from shared.db.unit_of_work import Database


async def main(dsn: str) -> None:
    """Seal a few entries at a time until killed."""
    sealer.POLL_SECONDS = 0.002
    database = Database(create_engine(dsn), service="things")
    await sealer.Sealer(database, batch=3).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
