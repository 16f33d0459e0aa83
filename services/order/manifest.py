"""The order service, to those who host it."""

from __future__ import annotations

from pathlib import Path

from services.order.app import create_app, create_database
from services.order.consumers import CONSUMERS
from services.order.invariants import INVARIANTS
from services.order.settings import OrderSettings
from services.order.tables import metadata
from services.order.worker import create_worker
from shared.service import Service

SERVICE = Service(
    name="order",
    settings=OrderSettings,
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    create_database=create_database,
    create_app=create_app,
    create_worker=create_worker,
    invariants=INVARIANTS,
    consumers=CONSUMERS,
)
