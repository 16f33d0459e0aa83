"""The customer service, to those who host it."""

from __future__ import annotations

from pathlib import Path

from services.customer.bootstrap import prepare
from services.customer.consumers import CONSUMERS, READ_MODELS
from services.customer.invariants import INVARIANTS
from services.customer.policies import POLICIES
from services.customer.settings import CustomerSettings
from services.customer.tables import metadata
from shared.service import Service

SERVICE = Service(
    name="customer",
    settings=CustomerSettings,
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    policies=POLICIES,
    invariants=INVARIANTS,
    read_models=READ_MODELS,
    consumers=CONSUMERS,
    prepare=prepare,
)
