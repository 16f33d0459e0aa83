"""The analytics service, to those who host it."""

from __future__ import annotations

from pathlib import Path

from services.analytics.consumers import CONSUMERS, NAME
from services.analytics.invariants import INVARIANTS
from services.analytics.metadata import FACTS
from services.analytics.settings import AnalyticsSettings
from services.analytics.tables import metadata
from shared.service import ReadModel, Service

SERVICE = Service(
    name="analytics",
    settings=AnalyticsSettings,
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    invariants=INVARIANTS,
    consumers=CONSUMERS,
    read_models=(ReadModel(NAME, FACTS, CONSUMERS),),
)
