"""The background side of the order service: composition root."""

from __future__ import annotations

from services.order.approval_engine import ENGINE
from services.order.consumers import CONSUMERS
from services.order.history.importing import KIND
from services.order.settings import OrderSettings
from shared.bus.port import Bus
from shared.db.unit_of_work import Database
from shared.documents.housekeeping import sweeping
from shared.http.forgetting import forgetting
from shared.imports.runner import ImportRunner
from shared.worker import Worker, periodic


def create_worker(settings: OrderSettings, bus: Bus, db: Database) -> Worker:
    """Compose relay, consumers, deadlines and imports."""
    imports = ImportRunner(db, [KIND])
    return Worker(
        db,
        bus,
        consumers=CONSUMERS,
        deadlines=ENGINE.deadlines,
        jobs=[
            periodic("housekeeping", 3600, imports.clean_up),
            sweeping(db, settings),
            forgetting(db),
        ],
        parts={"imports": imports.run},
    )
