"""Sending approved quotes and taking the customer's answer, or noting that none came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from services.opportunity.quotes.approving import OnQuote
from services.opportunity.quotes.drafting import quotes
from services.opportunity.quotes.model import Quote, Status
from shared.db.unit_of_work import UnitOfWork
from shared.deadlines.runner import Deadline
from shared.deadlines.schedule import cancel, schedule
from shared.domain.aggregate import Change
from shared.domain.clock import business_zone
from shared.events.opportunity import QuoteApproved, QuoteState

EXPIRY = "quote.expiry"


@dataclass(frozen=True, slots=True)
class DeclineQuote(OnQuote):
    """The customer declined, with the reason."""

    reason: str


async def send_quote(uow: UnitOfWork, command: OnQuote) -> Quote:
    """Hand an approved quote to the customer (S101)."""
    return await _step(uow, command, lambda quote: quote.send(uow.now))


async def accept_quote(uow: UnitOfWork, command: OnQuote) -> Quote:
    """Record that the customer accepted; a contract or order follows (S101)."""
    return await _step(uow, command, lambda quote: quote.accept(uow.now))


async def decline_quote(uow: UnitOfWork, command: DeclineQuote) -> Quote:
    """Record that the customer declined (S101)."""
    return await _step(uow, command, lambda quote: quote.decline(command.reason, uow.now))


async def set_expiry(uow: UnitOfWork, approved: QuoteApproved) -> None:
    """Have an approved quote expire when its last day is over."""
    following = approved.valid_until + timedelta(days=1)
    due_at = datetime.combine(following, time.min, business_zone())
    await schedule(uow, EXPIRY, approved.quote_id, due_at)


async def clear_expiry(uow: UnitOfWork, answered: QuoteState) -> None:
    """Forget the deadline of a quote that is answered or superseded."""
    await cancel(uow, EXPIRY, answered.quote_id)


async def expire_quote(uow: UnitOfWork, deadline: Deadline) -> None:
    """Expire a quote that nobody answered in time."""
    quote = await quotes.get_for_update(uow, deadline.subject_id)
    if quote.status in (Status.APPROVED, Status.SENT) and quote.is_overdue(uow.now):
        await quotes.save(uow, quote, quote.expire())


async def _step(uow: UnitOfWork, command: OnQuote, step: Callable[[Quote], Change]) -> Quote:
    quote = await quotes.get_for_update(uow, command.quote_id, command.expected)
    await quotes.save(uow, quote, step(quote))
    return quote
