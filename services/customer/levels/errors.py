"""Refusals of the levels slice."""

from __future__ import annotations

from shared.domain.errors import Conflict


class LevelUnchanged(Conflict):
    """The customer has the level that is proposed."""

    code = "level_unchanged"
    title = "The customer has this level already"


class ProposalPending(Conflict):
    """One proposal at a time waits for its decision."""

    code = "level_proposal_pending"
    title = "A level is proposed already"
