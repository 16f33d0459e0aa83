"""Refusals of the keys slice."""

from __future__ import annotations

from shared.domain.errors import Conflict


class RotationUnderway(Conflict):
    """A key that was published does not sign yet."""

    code = "rotation_underway"
    title = "The next key is published already"
