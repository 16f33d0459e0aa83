"""An import worker as a process of its own, so that a test can kill it.

python -m tests.support.import_worker DSN
"""

from __future__ import annotations

import asyncio
import sys

from services.customer.imports.service import CUSTOMERS
from services.customer.policies import POLICIES
from shared.db.engine import create_engine
from shared.db.unit_of_work import Database
from shared.imports.runner import ImportRunner


async def main(dsn: str) -> None:
    """Work until killed."""
    database = Database(create_engine(dsn), service="customer", policies=POLICIES)
    await ImportRunner(database, [CUSTOMERS]).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
