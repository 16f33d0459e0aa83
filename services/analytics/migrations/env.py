"""Alembic's entry for the analytics service."""

from __future__ import annotations

from alembic import context

from services.analytics.tables import metadata
from shared.db.migrations import run

run(metadata, context._proxy)  # type: ignore[attr-defined]
