"""Opportunities over HTTP: bodies in, bodies out, and the commands they become."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from services.opportunity.opportunities.model import (
    Estimate,
    Kind,
    Likelihood,
    Progress,
    Registration,
    StageEntry,
    Status,
)
from services.opportunity.opportunities.service import (
    ChangeOpportunity,
    CloseOpportunity,
    OpenOpportunity,
    RegisterProject,
)
from services.opportunity.presenting import facts, money_in, money_out
from shared.domain.money import DEFAULT_CURRENCY, QUANTITY_STEP
from shared.http.fields import (
    Day,
    Input,
    Line,
    MoneyIn,
    MoneyOut,
    Name,
    Note,
    Output,
    Quantity,
    Share,
)
from shared.numbering.ranges import Series

Probability = Annotated[Share, AfterValidator(lambda share: share.quantize(Decimal("0.000001")))]


class EstimateIn(Input):
    """What is thought of an opportunity."""

    name: Annotated[Name, Field(examples=["二期变电站改造"])]
    source: Name | None = None
    kind: Kind | None = None
    likelihood: Likelihood | None = None
    progress: Progress | None = None
    probability: Probability | None = None
    expected_amount: MoneyIn | None = None
    expected_close: Day | None = None

    def changes(self) -> dict[str, Any]:
        """Return the fields that were sent, as the model names them."""
        sent = self.model_dump(exclude_unset=True, include=set(EstimateIn.model_fields))
        if "expected_amount" in sent:
            sent["expected_amount"], currency = money_in(self.expected_amount)
            sent["currency"] = currency or DEFAULT_CURRENCY
        return sent


class OpportunityIn(EstimateIn):
    """A new opportunity. Without ``owner_id`` it belongs to the one who enters it."""

    customer_id: UUID
    owner_id: UUID | None = None

    def command(self) -> OpenOpportunity:
        """Return the command this body stands for."""
        estimate = Estimate(**{"currency": DEFAULT_CURRENCY, **self.changes()})
        return OpenOpportunity(self.customer_id, estimate, self.owner_id)


class OpportunityPatch(EstimateIn):
    """Fields to change; null empties a field, a field left out stays as it is."""

    name: Name = ""  # left out: stays; given: 1 to 200 characters

    def command(self, opportunity_id: UUID, expected: int | None) -> ChangeOpportunity:
        """Return the command this body stands for."""
        return ChangeOpportunity(opportunity_id, expected, self.changes())


class RegistrationIn(Input):
    """The project registration form (立项单)."""

    contact_id: UUID
    specification: Note
    quantity: Quantity
    unit: Name | None = None
    required_on: Day | None = None
    note: Note | None = None

    def command(
        self, opportunity_id: UUID, expected: int | None, series: Series
    ) -> RegisterProject:
        """Return the command this body stands for."""
        fields = self.model_dump() | {"quantity": self.quantity.quantize(QUANTITY_STEP)}
        return RegisterProject(opportunity_id, expected, Registration(**fields), series)


class ReasonIn(Input):
    """Why it ended as it did."""

    reason: Note

    def command(
        self, opportunity_id: UUID, expected: int | None, outcome: Status
    ) -> CloseOpportunity:
        """Return the command this body stands for."""
        return CloseOpportunity(opportunity_id, expected, outcome, self.reason)


class LossIn(ReasonIn):
    """Why it was lost, and to whom."""

    competitor: Name | None = None

    def command(
        self, opportunity_id: UUID, expected: int | None, outcome: Status = Status.LOST
    ) -> CloseOpportunity:
        """Return the command this body stands for."""
        return CloseOpportunity(opportunity_id, expected, outcome, self.reason, self.competitor)


class StageIn(Input):
    """The stage to enter, by its code."""

    stage: Name


class OwnerIn(Input):
    """The new owner."""

    owner_id: UUID


class PlanItemIn(Input):
    """A step of the development plan."""

    due_on: Day
    action: Line


class ResultIn(Input):
    """What came of a step; without ``done_on`` it was done today."""

    result: Note
    done_on: Day | None = None


class OpportunitySummary(Output):
    """An opportunity in a list."""

    id: UUID
    version: int
    number: str | None
    name: str
    customer_id: UUID
    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None
    status: Status
    stage: str
    stage_since: datetime
    source: str | None
    kind: Kind | None
    likelihood: Likelihood | None
    progress: Progress | None
    probability: Decimal | None
    expected_amount: MoneyOut | None
    expected_close: date | None
    opened_at: datetime
    registered_at: datetime | None
    closed_at: datetime | None
    close_reason: str | None
    competitor: str | None

    @classmethod
    def of(cls, opportunity: Any) -> Self:
        """Present an opportunity, or the row of one in a list."""
        shown = facts(opportunity)
        amount = money_out(shown["expected_amount"], shown["currency"])
        return cls.model_validate(shown | {"expected_amount": amount})


class PlanItemOut(Output):
    """A step of the development plan, and what came of it."""

    id: UUID
    due_on: date
    action: str
    done_on: date | None
    result: str | None


class StageEntryOut(Output):
    """A stay in a stage; ``seconds`` it lasted, null while it lasts."""

    stage: str
    entered_at: datetime
    left_at: datetime | None
    seconds: int | None

    @model_validator(mode="before")
    @classmethod
    def _measure(cls, entry: StageEntry) -> dict[str, Any]:
        lasted = entry.left_at and int((entry.left_at - entry.entered_at).total_seconds())
        return {
            "stage": entry.stage,
            "entered_at": entry.entered_at,
            "left_at": entry.left_at,
            "seconds": lasted,
        }


class RegistrationOut(Output):
    """The registration form."""

    contact_id: UUID
    specification: str
    quantity: Decimal
    unit: str | None
    required_on: date | None
    note: str | None


class OpportunityOut(OpportunitySummary):
    """An opportunity with its plan, its registration and its way through the stages."""

    registration: RegistrationOut | None
    plan: list[PlanItemOut]
    history: list[StageEntryOut]


class StageOut(Output):
    """A stage of the sales process."""

    code: str
    name: str
    name_zh: str


class StagesOut(Output):
    """The stages in their order."""

    version: int
    stages: list[StageOut]


class NewStage(Input):
    """A stage: a stable code, and how people call it."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    name: Name
    name_zh: Name


class StagesIn(Input):
    """All stages in their order."""

    stages: Annotated[list[NewStage], Field(min_length=2, max_length=20)]

    @model_validator(mode="after")
    def _codes_differ(self) -> Self:
        if len({stage.code for stage in self.stages}) < len(self.stages):
            raise PydanticCustomError("duplicate_code", "Two stages have the same code.")
        return self
