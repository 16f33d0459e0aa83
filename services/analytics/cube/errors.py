"""Refusals of the cube."""

from __future__ import annotations

from shared.domain.errors import DomainError


class TooManyRows(DomainError):
    """An export would not hold the whole answer, and is never cut."""

    code = "too_many_rows"
    title = "The answer is too long"
