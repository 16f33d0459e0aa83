"""Refusals of the activities slice."""

from __future__ import annotations

from shared.domain.errors import Conflict, Invalid


class InvalidActivity(Invalid):
    """The activity contradicts itself, its opportunity, or the calendar."""

    code = "invalid_activity"
    title = "The activity is not valid"


class AlreadyCorrected(Conflict):
    """An activity is corrected once; correct the correction."""

    code = "already_corrected"
    title = "The activity was corrected already"
