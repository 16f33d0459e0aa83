"""When X happens in this service, then Y, in the same transaction."""

from __future__ import annotations

from services.opportunity.opportunities.service import enter_closing
from services.opportunity.quotes.answering import clear_expiry, set_expiry
from services.opportunity.quotes.approval import end_approval
from shared.db.unit_of_work import Policies, UnitOfWork
from shared.events.opportunity import (
    QuoteAccepted,
    QuoteApproved,
    QuoteDeclined,
    QuoteSuperseded,
)


async def close_in_on_the_deal(uow: UnitOfWork, accepted: QuoteAccepted) -> None:
    """An accepted quote brings its opportunity to the last stage."""
    await enter_closing(uow, accepted.opportunity_id)


POLICIES: Policies = {
    QuoteApproved: (set_expiry,),
    QuoteAccepted: (close_in_on_the_deal, clear_expiry),
    QuoteDeclined: (clear_expiry,),
    QuoteSuperseded: (clear_expiry, end_approval),
}
