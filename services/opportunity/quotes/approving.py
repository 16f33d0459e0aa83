"""Submitting quotes and deciding on them, and the policy that says who may (S108, S221)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from services.opportunity.approval_engine import ENGINE
from services.opportunity.prices.repository import in_force
from services.opportunity.quotes.approval import QUOTES
from services.opportunity.quotes.drafting import quotes
from services.opportunity.quotes.errors import PriceListChanged
from services.opportunity.quotes.model import Quote
from services.opportunity.quotes.policy import POLICY
from services.opportunity.versioned import Version
from shared.approvals.model import Verdict
from shared.approvals.service import Decision
from shared.auth.discounts import DiscountPolicy
from shared.db.unit_of_work import UnitOfWork
from shared.domain.actor import Actor
from shared.domain.business_types import must_be_permitted
from shared.domain.clock import business_date
from shared.events.vocabulary import Chain


@dataclass(frozen=True, slots=True)
class OnQuote:
    """A step on one revision, if it is still at version ``expected``."""

    quote_id: UUID
    expected: int | None


@dataclass(frozen=True, slots=True)
class SubmitQuote(OnQuote):
    """Ask for approval; ``permitted`` are the business types of the company."""

    permitted: Collection[Chain]


@dataclass(frozen=True, slots=True)
class RejectQuote(OnQuote):
    """Refuse approval with a reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class AdoptPolicy:
    """Put another discount policy in force, if ``expected`` is still the version in force."""

    policy: DiscountPolicy
    expected: int | None


async def submit_quote(uow: UnitOfWork, command: SubmitQuote) -> Quote:
    """Submit a draft of a permitted business type (S103). What every author may give away is
    approved at once (S108, S221)."""
    quote = await quotes.get_for_update(uow, command.quote_id, command.expected)
    quote.require_draft()
    must_be_permitted(quote.chain, command.permitted)
    await _require_present_prices(uow, quote)
    policy = await POLICY.pinned(uow)
    await quotes.save(uow, quote, quote.submit(policy, uow.actor, uow.now))
    if _may_give_alone(policy.content, quote, uow.actor):
        await quotes.save(uow, quote, quote.approve_alone(policy, uow.actor, uow.now))
    else:
        await ENGINE.start(uow, QUOTES, quote)
    return quote


async def approve_quote(uow: UnitOfWork, command: OnQuote) -> Quote:
    """Agree to a revision in the step that its process has come to; the last one approves it with
    the authority its discount demands (S106, S108, S221)."""
    return await _speak(uow, command, Decision(Verdict.APPROVE))


async def reject_quote(uow: UnitOfWork, command: RejectQuote) -> Quote:
    """Refuse approval; the authors may revise (S108)."""
    return await _speak(uow, command, Decision(Verdict.REJECT, command.reason))


async def adopt_policy(uow: UnitOfWork, command: AdoptPolicy) -> Version[DiscountPolicy]:
    """Put another discount policy in force; what was approved stays approved (S108)."""
    command.policy.check()
    return await POLICY.adopt(uow, command.policy, command.expected)


async def _speak(uow: UnitOfWork, command: OnQuote, said: Decision) -> Quote:
    quote = await quotes.get_for_update(uow, command.quote_id, command.expected)
    quote.require_in_approval()
    await ENGINE.speak(uow, QUOTES, quote, quote.id, said)
    return quote


def _may_give_alone(policy: DiscountPolicy, quote: Quote, actor: Actor) -> bool:
    required = policy.required_role(quote.lines)
    has_authority = policy.covering_role(actor.roles, required) is not None
    return has_authority and policy.is_given_alone(required)


async def _require_present_prices(uow: UnitOfWork, quote: Quote) -> None:
    """Refuse a draft whose discounts are measured by a list that does not count any more."""
    present = await in_force(uow.conn, quote.currency, business_date(uow.now))
    if quote.price_list_id != (present.id if present else None):
        raise PriceListChanged("The lines were priced by another list; change the draft once.")
