"""Refusals of the erasure slice."""

from __future__ import annotations

from shared.domain.errors import Conflict


class ImportsGoOn(Conflict):
    """A file is being read that may name the person, and would bring the data back."""

    code = "imports_go_on"
    title = "An import is going on"
    retryable = True
    retry_after = 60
