"""Refusals of the staff slice."""

from __future__ import annotations

from shared.domain.errors import Invalid


class UnknownStaff(Invalid):
    """Nobody with this id works here. Somebody hired a moment ago arrives within seconds."""

    code = "unknown_staff"
    title = "Nobody with this id works here"
    retryable = True
    retry_after = 1
