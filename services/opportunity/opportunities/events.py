"""Opportunity to event payload."""

from __future__ import annotations

from services.opportunity.opportunities.model import Opportunity
from shared.domain.aggregate import Change
from shared.events.payload import Payload
from shared.events.values import Money


def payload(opportunity: Opportunity, change: Change) -> Payload:
    """Return the event of ``change`` with the opportunity's state after it."""
    amount = opportunity.expected_amount
    expected = Money(amount=amount, currency=opportunity.currency) if amount is not None else None
    return change.event(
        opportunity_id=opportunity.id,
        number=opportunity.number,
        name=opportunity.name,
        customer_id=opportunity.customer_id,
        owner_id=opportunity.owner_id,
        department=opportunity.department,
        branch=opportunity.branch,
        region=opportunity.region,
        status=opportunity.status,
        stage=opportunity.stage,
        stage_position=opportunity.stage_position,
        stage_since=opportunity.stage_since,
        likelihood=opportunity.likelihood,
        progress=opportunity.progress,
        kind=opportunity.kind,
        source=opportunity.source,
        probability=opportunity.probability,
        expected_amount=expected,
        expected_close=opportunity.expected_close,
        opened_at=opportunity.opened_at,
        **change.detail,
    )
