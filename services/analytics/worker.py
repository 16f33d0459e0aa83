"""The background side of the analytics service: composition root."""

from __future__ import annotations

from services.analytics.consumers import CONSUMERS
from services.analytics.settings import AnalyticsSettings
from shared.bus.port import Bus
from shared.db.unit_of_work import Database
from shared.worker import Worker


def create_worker(settings: AnalyticsSettings, bus: Bus, db: Database) -> Worker:
    """Compose the consumer."""
    return Worker(db, bus, consumers=CONSUMERS)
