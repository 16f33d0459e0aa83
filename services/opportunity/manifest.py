"""The opportunity service, to those who host it."""

from __future__ import annotations

from pathlib import Path

from services.opportunity.consumers import CONSUMERS
from services.opportunity.invariants import INVARIANTS
from services.opportunity.policies import POLICIES
from services.opportunity.settings import OpportunitySettings
from services.opportunity.tables import metadata
from shared.service import Service

SERVICE = Service(
    name="opportunity",
    settings=OpportunitySettings,
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    policies=POLICIES,
    invariants=INVARIANTS,
    consumers=CONSUMERS,
)
