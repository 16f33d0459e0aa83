"""The order service, to those who host it."""

from __future__ import annotations

from pathlib import Path

from services.order.consumers import CONSUMERS
from services.order.invariants import INVARIANTS
from services.order.policies import POLICIES
from services.order.settings import OrderSettings
from services.order.tables import metadata
from shared.service import Service

SERVICE = Service(
    name="order",
    settings=OrderSettings,
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    policies=POLICIES,
    invariants=INVARIANTS,
    consumers=CONSUMERS,
)
