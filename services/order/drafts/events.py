"""Draft to event payload."""

from __future__ import annotations

from services.order.drafts.model import OrderDraft
from shared.domain.aggregate import Change
from shared.events.order_lines import DraftLine
from shared.events.payload import Payload


def payload(draft: OrderDraft, change: Change) -> Payload:
    """Return the event of ``change`` with the draft's state after it."""
    return change.event(
        order_draft_id=draft.id,
        customer_id=draft.customer_id,
        portal_user_id=draft.portal_user_id,
        status=draft.status,
        currency=draft.currency,
        lines=tuple(
            DraftLine(line_id=line.id, product_id=line.product_id, quantity=line.quantity)
            for line in draft.lines
        ),
        order_id=draft.order_id,
        **change.detail,
    )
