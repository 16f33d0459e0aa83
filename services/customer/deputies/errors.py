"""Refusals of the deputies slice."""

from __future__ import annotations

from shared.domain.errors import Conflict, Invalid


class DeputyStateError(Conflict):
    """The deputy was revoked before."""

    code = "deputy_state"
    title = "This deputy was revoked"


class DeputyOverlap(Conflict):
    """The two stand in like this on some of these days already."""

    code = "deputy_overlap"
    title = "These days are taken care of"


class DeputyRule(Invalid):
    """Days or people do not go together."""

    code = "deputy_rule"
    title = "Nobody can stand in like this"
