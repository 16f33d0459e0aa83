"""Quotes as something to be approved: the discount policy says whose authority they need, the
process who is asked besides, and how long it may take (S108, S219, S221)."""

from __future__ import annotations

from uuid import UUID

from services.opportunity.approval_engine import ENGINE
from services.opportunity.quotes.content import content_hash
from services.opportunity.quotes.drafting import quotes
from services.opportunity.quotes.model import Quote
from services.opportunity.quotes.policy import POLICY
from shared.approvals.definition import Case, Mode, Process, Route, Step, Voice
from shared.approvals.model import Approval, Status
from shared.approvals.service import Subject
from shared.db.unit_of_work import UnitOfWork
from shared.events.opportunity import QuoteSuperseded

_A_DAY = 24 * 3600
_ATTRIBUTES = ("chain", "department", "branch", "region")
SHIPPED = Process(
    routes=(
        Route((Step("authority", Mode.SINGLE, (Voice("authority", authority=True),), _A_DAY),)),
    ),
)


async def end_approval(uow: UnitOfWork, superseded: QuoteSuperseded) -> None:
    """Nobody decides any more on a revision that gave way to the next."""
    await ENGINE.end_with_document(uow, QUOTES, superseded.quote_id)


async def _lock(uow: UnitOfWork, quote_id: UUID) -> Quote:
    return await quotes.get_for_update(uow, quote_id)


async def _case(uow: UnitOfWork, quote: Quote) -> Case:
    policy = (await POLICY.pinned(uow)).content
    facts = {name: getattr(quote, name) for name in _ATTRIBUTES}
    return Case(
        document_type="quote",
        document_id=quote.id,
        label=f"{quote.number}-{quote.revision}",
        content_hash=content_hash(quote),
        authors=quote.hands,
        owner_id=quote.owner_id,
        customer_id=quote.customer_id,
        amount=quote.total,
        currency=quote.currency,
        attributes={name: str(value) for name, value in facts.items() if value is not None},
        ladder=tuple(policy.roles),
        demanded=policy.required_role(quote.lines),
    )


def _permission(approval: Approval) -> str:
    """Beyond their authority people only say what their own field knows of it."""
    return "quote.approve" if approval.is_last_step else "approval.decide"


async def _decided(uow: UnitOfWork, quote: Quote, approval: Approval) -> None:
    """Approve the quote, or close the revision: another takes its place."""
    if approval.status == Status.APPROVED:
        policy = await POLICY.pinned(uow)
        await quotes.save(uow, quote, quote.approve(policy, uow.actor, uow.now))
    elif approval.status in (Status.REJECTED, Status.RETURNED):
        reason = approval.opinions[-1].comment or approval.status
        await quotes.save(uow, quote, quote.reject(uow.actor, reason))
    elif approval.status == Status.WITHDRAWN:
        await quotes.save(uow, quote, quote.take_back())


QUOTES = Subject(
    kind="quote",
    shipped=SHIPPED,
    permission=_permission,
    lock=_lock,
    case=_case,
    decided=_decided,
    attributes=frozenset(_ATTRIBUTES),
    needs_authority=True,
)
