"""Refusals of the handovers slice."""

from __future__ import annotations

from shared.domain.errors import Conflict


class SuccessorRequired(Conflict):
    """Somebody who has customers leaves, and nobody takes them over."""

    code = "successor_required"
    title = "Somebody has to take over the customers"
