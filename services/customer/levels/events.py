"""Level proposal to event payload: the reasons stay here."""

from __future__ import annotations

from services.customer.levels.model import LevelProposal
from shared.domain.aggregate import Change
from shared.events.payload import Payload


def payload(proposal: LevelProposal, change: Change) -> Payload:
    """Return the event of ``change``."""
    return change.event(
        level_proposal_id=proposal.id,
        customer_id=proposal.customer_id,
        previous_level=proposal.previous_level,
        level=proposal.level,
        status=proposal.status,
        proposed_by=proposal.proposed_by,
    )
