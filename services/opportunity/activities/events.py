"""Activity to event payload; details and contact stay at home."""

from __future__ import annotations

from services.opportunity.activities.model import Activity
from shared.domain.aggregate import Change
from shared.events.payload import Payload


def payload(activity: Activity, change: Change) -> Payload:
    """Return the event of ``change``."""
    return change.event(
        activity_id=activity.id,
        customer_id=activity.customer_id,
        opportunity_id=activity.opportunity_id,
        corrects_id=activity.corrects_id,
        kind=activity.kind,
        result=activity.result,
        happened_at=activity.happened_at,
        next_contact_on=activity.next_contact_on,
        owner_id=activity.owner_id,
        department=activity.department,
        branch=activity.branch,
        region=activity.region,
    )
