"""The background side of the customer service: composition root."""

from __future__ import annotations

from typing import Any

from services.customer.settings import CustomerSettings
from shared.db.unit_of_work import Database


def create_worker(settings: CustomerSettings, bus: Any, *, db: Database | None = None) -> Any:
    """Compose relay and consumers."""
    raise NotImplementedError
