"""The background side of the customer service: composition root."""

from __future__ import annotations

from services.customer.approval_engine import ENGINE
from services.customer.consumers import CONSUMERS
from services.customer.customers import pinyin
from services.customer.handovers import service as handovers
from services.customer.housekeeping import clean_up
from services.customer.imports.service import CUSTOMERS
from services.customer.settings import CustomerSettings
from shared.bus.port import Bus
from shared.db.unit_of_work import Database
from shared.documents.housekeeping import sweeping
from shared.http.forgetting import forgetting
from shared.imports.runner import ImportRunner
from shared.worker import Worker, periodic

DEADLINES = {handovers.DEADLINE: handovers.go_on, **ENGINE.deadlines}


def create_worker(settings: CustomerSettings, bus: Bus, db: Database) -> Worker:
    """Compose relay, consumers, deadlines and housekeeping."""
    pinyin.prepare()
    imports = ImportRunner(db, [CUSTOMERS])
    return Worker(
        db,
        bus,
        consumers=CONSUMERS,
        deadlines=DEADLINES,
        jobs=[
            periodic("housekeeping", 3600, lambda: clean_up(db, imports, settings)),
            sweeping(db, settings),
            forgetting(db),
        ],
        parts={"imports": imports.run},
    )
