"""What a service declares to hold about people, to those who work with all services of a host."""

from __future__ import annotations

from importlib import import_module

from shared.privacy.places import Holdings


def holdings_of(service: str) -> Holdings:
    """Return the holdings of the service called ``service``."""
    holdings: Holdings = import_module(f"services.{service}.personal_data").HOLDINGS
    return holdings
