"""The opportunity: open through stages → won, lost, abandoned (S71 to S74, S82, S83)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.opportunity.opportunities.errors import (
    AlreadyRegistered,
    OpportunityStateError,
    PlanItemDone,
    UnknownPlanItem,
)
from services.opportunity.opportunities.stages import StageSet
from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.domain.owner import Owner, give
from shared.events.opportunity import (
    OpportunityChanged,
    OpportunityLost,
    OpportunityOpened,
    OpportunityRegistered,
    OpportunityStageChanged,
    OpportunityWon,
)


class Status(StrEnum):
    """Life cycle."""

    OPEN = "open"  # 跟进中
    WON = "won"  # 成交
    LOST = "lost"  # 丢单
    ABANDONED = "abandoned"  # 放弃


#: A lost deal that is signed after all is won.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.OPEN: frozenset({Status.WON, Status.LOST, Status.ABANDONED}),
    Status.LOST: frozenset({Status.WON}),
    Status.ABANDONED: frozenset({Status.WON}),
    Status.WON: frozenset(),
}


class Likelihood(StrEnum):
    """How likely the deal is (S82)."""

    A = "A"
    B = "B"
    C = "C"


class Progress(StrEnum):
    """How far the customer's buying has come (S82)."""

    HOT = "hot"
    WARM = "warm"
    COLD = "cold"


class Kind(StrEnum):
    """Why the customer buys (S83)."""

    NEW = "new"  # 新购
    ADDITIONAL = "additional"  # 追加
    REPLACEMENT = "replacement"  # 换用


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One step of the customer development plan (S72): when, what, and what came of it."""

    id: UUID
    due_on: date
    action: str
    done_on: date | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class StageEntry:
    """A stay in a stage (S74); ``left_at`` is null in the present one."""

    id: UUID
    stage: str
    entered_at: datetime
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """The project registration form (立项单, S77). The contact stays in the customer service."""

    contact_id: UUID
    specification: str
    quantity: Decimal
    unit: str | None
    required_on: date | None
    note: str | None


@dataclass(kw_only=True)
class Estimate:
    """What is thought of an opportunity, as entered."""

    name: str
    currency: str
    source: str | None = None
    kind: Kind | None = None
    likelihood: Likelihood | None = None
    progress: Progress | None = None
    probability: Decimal | None = None
    expected_amount: Decimal | None = None
    expected_close: date | None = None


@dataclass(kw_only=True)
class Opportunity(Estimate, Aggregate):
    """A chance to sell something to a customer; with a project number once registered."""

    customer_id: UUID
    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None
    status: Status
    stage: str
    stage_position: int
    stage_since: datetime
    opened_at: datetime
    number: str | None = None
    registration: Registration | None = None
    registered_at: datetime | None = None
    closed_at: datetime | None = None
    close_reason: str | None = None
    competitor: str | None = None
    plan: tuple[PlanItem, ...] = ()
    history: tuple[StageEntry, ...] = ()

    @classmethod
    def open(
        cls,
        estimate: Estimate,
        *,
        customer_id: UUID,
        region: str | None,
        owner: Owner,
        stages: StageSet,
        at: datetime,
    ) -> tuple[Opportunity, Change]:
        """Start pursuing a chance, in the first stage (S71)."""
        opened = cls(
            **vars(estimate),
            id=new_id(),
            customer_id=customer_id,
            owner_id=owner.id,
            department=owner.department,
            branch=owner.branch,
            region=region,
            status=Status.OPEN,
            stage=stages.first.code,
            stage_position=1,
            stage_since=at,
            opened_at=at,
            history=(StageEntry(new_id(), stages.first.code, at),),
        )
        return opened, Change(OpportunityOpened)

    def change(self, **fields: Any) -> Change:
        """Replace fields of the estimate."""
        self.require_open()
        for name, value in fields.items():
            setattr(self, name, value)
        return Change(OpportunityChanged)

    def hand_over(self, owner: Owner) -> Change:
        """Give it to another owner (S04)."""
        self.require_open()
        give(self, owner)
        return Change(OpportunityChanged)

    def move(self, stage: str, stages: StageSet, at: datetime) -> Change:
        """Enter another stage, forward or back (S74)."""
        self.require_open()
        if stage == self.stage:
            raise OpportunityStateError(f"It is in the stage {stage} already.")
        previous, self.stage_position = self.stage, stages.position(stage)
        self.stage, self.stage_since = stage, at
        self._leave_stage(at)
        self.history = (*self.history, StageEntry(new_id(), stage, at))
        return Change(OpportunityStageChanged, {"previous_stage": previous})

    def register(self, form: Registration, number: str, at: datetime) -> Change:
        """Make it a project with a number, so that it may be quoted for (S75 to S77)."""
        self.require_open()
        self.require_unregistered()
        self.number = number
        self.registration, self.registered_at = form, at
        return Change(OpportunityRegistered)

    def win(self, reason: str, at: datetime) -> Change:
        """End in a contract or order (S73, S100)."""
        self._close(Status.WON, reason, at)
        return Change(OpportunityWon, {"reason": reason})

    def lose(self, reason: str, competitor: str | None, at: datetime) -> Change:
        """Lose the deal, perhaps to somebody (S73)."""
        self._close(Status.LOST, reason, at)
        self.competitor = competitor
        return Change(OpportunityLost, {"reason": reason, "competitor": competitor})

    def abandon(self, reason: str, at: datetime) -> Change:
        """Stop pursuing it (S73)."""
        self._close(Status.ABANDONED, reason, at)
        return Change(OpportunityLost, {"reason": reason})

    # -- the development plan (S72) ----------------------------------------------------------

    def plan_action(self, due_on: date, action: str) -> Change:
        """Add a step to the plan."""
        self.require_open()
        self.plan = (*self.plan, PlanItem(new_id(), due_on, action))
        return Change(OpportunityChanged)

    def complete_action(self, item_id: UUID, done_on: date, result: str) -> Change:
        """Say what came of a step."""
        done = replace(self._undone(item_id), done_on=done_on, result=result)
        self.plan = tuple(done if item.id == item_id else item for item in self.plan)
        return Change(OpportunityChanged)

    def drop_action(self, item_id: UUID) -> Change:
        """Take a step that was not done out of the plan."""
        dropped = self._undone(item_id)
        self.plan = tuple(item for item in self.plan if item is not dropped)
        return Change(OpportunityChanged)

    # -- guards ------------------------------------------------------------------------------

    def require_open(self) -> None:
        """Refuse one that is closed."""
        if self.status != Status.OPEN:
            raise OpportunityStateError(f"This opportunity is {self.status}.")

    def require_unregistered(self) -> None:
        """Refuse one that has its number."""
        if self.number is not None:
            raise AlreadyRegistered(f"This is project {self.number} already.")

    def _undone(self, item_id: UUID) -> PlanItem:
        self.require_open()
        found = next((item for item in self.plan if item.id == item_id), None)
        if found is None:
            raise UnknownPlanItem.of("plan item", item_id)
        if found.done_on is not None:
            raise PlanItemDone(f"This was done on {found.done_on}.")
        return found

    def _close(self, target: Status, reason: str, at: datetime) -> None:
        if target not in TRANSITIONS[Status(self.status)]:
            raise OpportunityStateError(
                f"An opportunity that is {self.status} cannot become {target}."
            )
        self.status, self.closed_at, self.close_reason = target, at, reason
        self.competitor = None
        self._leave_stage(at)

    def _leave_stage(self, at: datetime) -> None:
        *before, present = self.history
        if present.left_at is None:
            self.history = (*before, replace(present, left_at=at))
