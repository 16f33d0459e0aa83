"""The background side of the order service: composition root."""

from __future__ import annotations

from typing import Any

from services.order.settings import OrderSettings
from shared.db.unit_of_work import Database


def create_worker(settings: OrderSettings, bus: Any, *, db: Database | None = None) -> Any:
    """Compose relay and consumers."""
    raise NotImplementedError
