"""The opportunity service, to those who host it."""

from __future__ import annotations

from pathlib import Path

from services.opportunity.app import create_app, create_database
from services.opportunity.consumers import CONSUMERS
from services.opportunity.invariants import INVARIANTS
from services.opportunity.settings import OpportunitySettings
from services.opportunity.tables import metadata
from services.opportunity.worker import create_worker
from shared.service import Service

SERVICE = Service(
    name="opportunity",
    settings=OpportunitySettings,
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    create_database=create_database,
    create_app=create_app,
    create_worker=create_worker,
    invariants=INVARIANTS,
    consumers=CONSUMERS,
)
