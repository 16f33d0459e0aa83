"""The background side of the analytics service: composition root."""

from __future__ import annotations

from typing import Any

from services.analytics.settings import AnalyticsSettings
from shared.db.unit_of_work import Database


def create_worker(settings: AnalyticsSettings, bus: Any, *, db: Database | None = None) -> Any:
    """Compose the consumer."""
    raise NotImplementedError
