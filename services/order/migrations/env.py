"""Alembic's entry for the order service."""

from __future__ import annotations

from alembic import context

from services.order.tables import metadata
from shared.db.migrations import run

run(metadata, context._proxy)  # type: ignore[attr-defined]
