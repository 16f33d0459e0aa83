"""Use cases of the opportunities slice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.opportunity.customers.repository import known_customer, require_contact
from services.opportunity.opportunities.errors import StageInUse
from services.opportunity.opportunities.model import (
    Estimate,
    Opportunity,
    Registration,
    Status,
)
from services.opportunity.opportunities.repository import STAGES, Opportunities
from services.opportunity.opportunities.stages import StageSet
from services.opportunity.staff.repository import owner_of
from services.opportunity.versioned import Version
from shared.db.unit_of_work import UnitOfWork
from shared.domain.aggregate import Change
from shared.domain.clock import business_date
from shared.domain.owner import Owner
from shared.numbering.numbers import next_number
from shared.numbering.ranges import Series

opportunities = Opportunities()


@dataclass(frozen=True, slots=True)
class OpenOpportunity:
    """Start pursuing a chance. Without ``owner_id`` it belongs to the one who enters it."""

    customer_id: UUID
    estimate: Estimate
    owner_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class OnOpportunity:
    """A step on one opportunity, if it is still at version ``expected``."""

    opportunity_id: UUID
    expected: int | None


@dataclass(frozen=True, slots=True)
class ChangeOpportunity(OnOpportunity):
    """Change fields of the estimate."""

    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class HandOver(OnOpportunity):
    """Give it to another owner."""

    owner_id: UUID


@dataclass(frozen=True, slots=True)
class MoveToStage(OnOpportunity):
    """Enter another stage."""

    stage: str


@dataclass(frozen=True, slots=True)
class RegisterProject(OnOpportunity):
    """Make it a project; the number comes from the range of the owner's branch. ``series`` has the
    ranges that count until others are adopted."""

    form: Registration
    series: Series


@dataclass(frozen=True, slots=True)
class CloseOpportunity(OnOpportunity):
    """Say how it ended and why."""

    outcome: Status
    reason: str
    competitor: str | None = None


@dataclass(frozen=True, slots=True)
class PlanAction(OnOpportunity):
    """Add a step to the development plan."""

    due_on: date
    action: str


@dataclass(frozen=True, slots=True)
class CompleteAction(OnOpportunity):
    """Say what came of a step; without ``done_on`` it was done today."""

    item_id: UUID
    result: str
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class DropAction(OnOpportunity):
    """Take a step out of the plan."""

    item_id: UUID


@dataclass(frozen=True, slots=True)
class AdoptStages:
    """Put another set of stages in force, if ``expected`` is still the version in force."""

    stages: StageSet
    expected: int | None


async def open_opportunity(uow: UnitOfWork, command: OpenOpportunity) -> Opportunity:
    """Start pursuing a chance (S71)."""
    customer = await known_customer(uow.conn, command.customer_id)
    opened, change = Opportunity.open(
        command.estimate,
        customer_id=customer.id,
        region=customer.region,
        owner=await owner_of(uow, command.owner_id),
        stages=(await STAGES.current(uow.conn)).content,
        at=uow.now,
    )
    await opportunities.add(uow, opened, change)
    return opened


async def change_opportunity(uow: UnitOfWork, command: ChangeOpportunity) -> Opportunity:
    """Change the estimate or the rating (S71, S82)."""
    return await _step(uow, command, lambda found: found.change(**command.changes))


async def hand_over(uow: UnitOfWork, command: HandOver) -> Opportunity:
    """Give an opportunity to another owner (S04)."""
    owner = await owner_of(uow, command.owner_id)
    return await _step(uow, command, lambda found: found.hand_over(owner))


async def move_to_stage(uow: UnitOfWork, command: MoveToStage) -> Opportunity:
    """Enter another stage (S74)."""
    stages = (await STAGES.current(uow.conn)).content
    return await _step(uow, command, lambda found: found.move(command.stage, stages, uow.now))


async def register_project(uow: UnitOfWork, command: RegisterProject) -> Opportunity:
    """Register a project under a number of its owner's branch (S75 to S77, S226)."""
    found = await opportunities.get_for_update(uow, command.opportunity_id, command.expected)
    found.require_open()
    found.require_unregistered()
    await require_contact(uow.conn, found.customer_id, command.form.contact_id)
    number = await next_number(uow.conn, command.series, found.branch, uow.now)
    change = found.register(command.form, number, uow.now)
    await opportunities.save(uow, found, change)
    return found


async def close_opportunity(uow: UnitOfWork, command: CloseOpportunity) -> Opportunity:
    """Close an opportunity as won, lost or abandoned (S73)."""
    return await _step(uow, command, lambda found: _closing(found, command, uow))


async def plan_action(uow: UnitOfWork, command: PlanAction) -> Opportunity:
    """Add a step to the development plan (S72)."""
    return await _step(
        uow, command, lambda found: found.plan_action(command.due_on, command.action)
    )


async def complete_action(uow: UnitOfWork, command: CompleteAction) -> Opportunity:
    """Record the result of a step of the plan (S73)."""
    done_on = command.done_on or business_date(uow.now)
    return await _step(
        uow,
        command,
        lambda found: found.complete_action(command.item_id, done_on, command.result),
    )


async def drop_action(uow: UnitOfWork, command: DropAction) -> Opportunity:
    """Take a step out of the plan (S72)."""
    return await _step(uow, command, lambda found: found.drop_action(command.item_id))


async def adopt_stages(uow: UnitOfWork, command: AdoptStages) -> Version[StageSet]:
    """Put another set of stages in force (S74, S85)."""
    dropped = await opportunities.stages_in_use(uow.conn) - set(command.stages.codes)
    if dropped:
        names = ", ".join(sorted(dropped))
        raise StageInUse(f"Open opportunities stand in {names}.", stages=sorted(dropped))
    return await STAGES.adopt(uow, command.stages, command.expected)


async def enter_closing(uow: UnitOfWork, opportunity_id: UUID) -> None:
    """Move an open opportunity to the last stage, because its quote was accepted."""
    stages = (await STAGES.current(uow.conn)).content
    found = await opportunities.get_for_update(uow, opportunity_id)
    if found.status == Status.OPEN and found.stage != stages.last.code:
        await opportunities.save(uow, found, found.move(stages.last.code, stages, uow.now))


async def win_by_document(uow: UnitOfWork, opportunity_id: UUID, reason: str) -> None:
    """Close as won because a contract or order says so, unless it is won already (S100)."""
    found = await opportunities.get_for_update(uow, opportunity_id)
    if found.status != Status.WON:
        await opportunities.save(uow, found, found.win(reason, uow.now))


async def follow_customer(
    uow: UnitOfWork, customer_id: UUID, previous_owner: UUID, owner: Owner
) -> None:
    """Hand over the open work with a customer that was handed over (S04)."""
    for found in await opportunities.open_ones(uow, customer_id, previous_owner):
        await opportunities.save(uow, found, found.hand_over(owner))


async def follow_successor(uow: UnitOfWork, leaver_id: UUID, successor: Owner) -> None:
    """Hand over all the open work of somebody who left (S04)."""
    for found in await opportunities.open_ones(uow, None, leaver_id):
        await opportunities.save(uow, found, found.hand_over(successor))


def _closing(found: Opportunity, command: CloseOpportunity, uow: UnitOfWork) -> Change:
    if command.outcome is Status.WON:
        return found.win(command.reason, uow.now)
    if command.outcome is Status.LOST:
        return found.lose(command.reason, command.competitor, uow.now)
    return found.abandon(command.reason, uow.now)


async def _step(
    uow: UnitOfWork, command: OnOpportunity, step: Callable[[Opportunity], Change]
) -> Opportunity:
    found = await opportunities.get_for_update(uow, command.opportunity_id, command.expected)
    await opportunities.save(uow, found, step(found))
    return found
