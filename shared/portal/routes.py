"""The portal's addresses."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.routing import Route


def portal_routes(apps: Sequence[FastAPI]) -> list[Route]:
    """Return the routes of the portal for these services."""
    return []
