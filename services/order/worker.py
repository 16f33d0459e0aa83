"""The background side of the order service: composition root."""

from __future__ import annotations

from services.order.app import create_database
from services.order.consumers import CONSUMERS
from services.order.settings import OrderSettings
from shared.bus.port import Bus
from shared.db.unit_of_work import Database
from shared.worker import Worker


def create_worker(settings: OrderSettings, bus: Bus, *, db: Database | None = None) -> Worker:
    """Compose relay, consumers and deadlines."""
    return Worker(db or create_database(settings), bus, consumers=CONSUMERS)
