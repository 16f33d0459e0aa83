"""Alembic's entry for the opportunity service."""

from __future__ import annotations

from alembic import context

from services.opportunity.tables import metadata
from shared.db.migrations import run

run(metadata, context._proxy)  # type: ignore[attr-defined]
