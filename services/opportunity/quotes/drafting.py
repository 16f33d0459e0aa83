"""Drafting quotes: new ones, changes of a draft, revisions, copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.opportunity.opportunities.model import Opportunity
from services.opportunity.opportunities.service import opportunities
from services.opportunity.quotes.errors import ProjectNotRegistered
from services.opportunity.quotes.model import Quote
from services.opportunity.quotes.parts import Priced, Project, Terms
from services.opportunity.quotes.pricing import LineDraft, price_lines
from services.opportunity.quotes.repository import Quotes
from shared.db.unit_of_work import UnitOfWork
from shared.domain.clock import business_date
from shared.domain.owner import Owner
from shared.numbering.numbers import next_number
from shared.numbering.ranges import Range, Series

quotes = Quotes()
NUMBERS = Series(name="quote", prefix="QT", digits=6, default=Range(1, 999_999))


@dataclass(frozen=True, slots=True)
class DraftQuote:
    """Start a quote for a project. Without ``valid_until`` it is valid ``validity_days``."""

    opportunity_id: UUID
    currency: str
    lines: Sequence[LineDraft]
    terms: dict[str, Any]
    validity_days: int


@dataclass(frozen=True, slots=True)
class ChangeQuote:
    """Replace what is given of a draft, if it is still at version ``expected``.

    What is not given stays as it was asked for; the lines are priced anew in any case.
    """

    quote_id: UUID
    expected: int | None
    lines: Sequence[LineDraft] | None = None
    terms: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReviseQuote(ChangeQuote):
    """Make the next revision of a quote that is final; the present one is superseded."""


@dataclass(frozen=True, slots=True)
class CopyQuote:
    """Start another quote with what this one asks for, valid ``validity_days`` from today."""

    quote_id: UUID
    opportunity_id: UUID | None
    validity_days: int


async def draft_quote(uow: UnitOfWork, command: DraftQuote) -> Quote:
    """Start a quote for a registered project (S76, S101)."""
    project = await _project(uow, command.opportunity_id)
    given = {**command.terms}
    given["valid_until"] = given.get("valid_until") or _until(uow, command.validity_days)
    return await _add(uow, project, await _price(uow, command), Terms(**given))


async def change_quote(uow: UnitOfWork, command: ChangeQuote) -> Quote:
    """Change a draft; its lines are fixed at the list prices of today (S101)."""
    quote = await quotes.get_for_update(uow, command.quote_id, command.expected)
    quote.require_draft()
    priced, terms = await _content(uow, quote, command)
    await quotes.save(uow, quote, quote.change(priced, terms, *uow.actor.hands))
    return quote


async def revise_quote(uow: UnitOfWork, command: ReviseQuote) -> Quote:
    """Make the next revision, a draft without approval, and supersede this one (S108)."""
    before = await quotes.get_for_update(uow, command.quote_id, command.expected)
    project = await _project(uow, before.opportunity_id)
    priced, terms = await _content(uow, before, command)
    await quotes.save(uow, before, before.supersede())
    return await _add(
        uow, project, priced, terms, number=before.number, revision=before.revision + 1
    )


async def copy_quote(uow: UnitOfWork, command: CopyQuote) -> Quote:
    """Start a quote of its own with the same lines; an approval is never copied (S108)."""
    original = await quotes.get(uow.conn, command.quote_id)
    project = await _project(uow, command.opportunity_id or original.opportunity_id)
    priced, terms = await _content(uow, original, ChangeQuote(original.id, None))
    terms = replace(terms, valid_until=_until(uow, command.validity_days))
    return await _add(uow, project, priced, terms, copy_of_id=original.id)


async def hand_over_quotes(
    uow: UnitOfWork, customer_id: UUID | None, previous_owner: UUID, owner: Owner
) -> None:
    """Hand over quotes that something may still come of (S04): those for one customer, or all."""
    found = await quotes.open_ones(uow, customer_id, previous_owner)
    await quotes.save_many(uow, [(each, each.hand_over(owner)) for each in found])


async def _project(uow: UnitOfWork, opportunity_id: UUID) -> Project:
    found = await opportunities.get(uow.conn, opportunity_id)
    found.require_open()
    if found.number is None:
        raise ProjectNotRegistered("A quote needs the number of a registered project.")
    return _of(found, found.number)


async def _add(
    uow: UnitOfWork,
    project: Project,
    priced: Priced,
    terms: Terms,
    *,
    number: str | None = None,
    revision: int = 1,
    copy_of_id: UUID | None = None,
) -> Quote:
    drafted, change = Quote.draft(
        project,
        priced,
        terms,
        number=number or await next_number(uow.conn, NUMBERS, project.branch, uow.now),
        revision=revision,
        authors=uow.actor.hands,
        at=uow.now,
        copy_of_id=copy_of_id,
    )
    await quotes.add(uow, drafted, change)
    return drafted


async def _content(uow: UnitOfWork, quote: Quote, command: ChangeQuote) -> tuple[Priced, Terms]:
    """Return what a quote asks for with the changes of a command, priced anew."""
    asked = command.lines
    if asked is None:
        asked = [LineDraft.of(line) for line in quote.lines]
    today = business_date(uow.now)
    priced = await price_lines(uow.conn, asked, currency=quote.currency, on=today)
    present = {name: getattr(quote, name) for name in Terms.__slots__}
    return priced, Terms(**present | command.terms)


async def _price(uow: UnitOfWork, command: DraftQuote) -> Priced:
    today = business_date(uow.now)
    return await price_lines(uow.conn, command.lines, currency=command.currency, on=today)


def _until(uow: UnitOfWork, days: int) -> date:
    return business_date(uow.now) + timedelta(days=days)


def _of(found: Opportunity, number: str) -> Project:
    return Project(
        opportunity_id=found.id,
        project_number=number,
        customer_id=found.customer_id,
        owner_id=found.owner_id,
        department=found.department,
        branch=found.branch,
        region=found.region,
    )
