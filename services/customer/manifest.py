"""The customer service, to those who host it."""

from __future__ import annotations

from pathlib import Path

from services.customer.app import create_app, create_database
from services.customer.bootstrap import prepare
from services.customer.consumers import CONSUMERS, READ_MODELS
from services.customer.invariants import INVARIANTS
from services.customer.settings import CustomerSettings
from services.customer.tables import metadata
from services.customer.worker import create_worker
from shared.service import Service

SERVICE = Service(
    name="customer",
    settings=CustomerSettings,
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    create_database=create_database,
    create_app=create_app,
    create_worker=create_worker,
    invariants=INVARIANTS,
    read_models=READ_MODELS,
    consumers=CONSUMERS,
    prepare=prepare,
)
