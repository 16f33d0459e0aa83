"""The analytics service, to those who host it."""

from __future__ import annotations

from pathlib import Path

from services.analytics.app import create_app, create_database
from services.analytics.consumers import CONSUMERS, NAME
from services.analytics.invariants import INVARIANTS
from services.analytics.metadata import FACTS
from services.analytics.settings import AnalyticsSettings
from services.analytics.tables import metadata
from services.analytics.worker import create_worker
from shared.service import ReadModel, Service

SERVICE = Service(
    name="analytics",
    settings=AnalyticsSettings,
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    create_database=create_database,
    create_app=create_app,
    create_worker=create_worker,
    invariants=INVARIANTS,
    consumers=CONSUMERS,
    read_models=(ReadModel(NAME, FACTS, CONSUMERS),),
)
