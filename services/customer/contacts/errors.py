"""Refusals of the contacts slice."""

from __future__ import annotations

from shared.domain.errors import Conflict


class InactivePrimary(Conflict):
    """Somebody who is not there any more cannot be the primary contact."""

    code = "inactive_primary"
    title = "An inactive contact cannot be the primary one"
