"""Approvals and processes over HTTP: bodies in, bodies out."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from shared.approvals.definition import AtLimit, Mode, Process, Route, Step, Voice
from shared.approvals.model import Approval, Status, Verdict
from shared.approvals.repository import Adopted
from shared.http.fields import (
    Code,
    Currency,
    Flag,
    Input,
    MoneyOut,
    Name,
    Note,
    Output,
    PositiveAmount,
)

Roles = Annotated[list[Code], Field(max_length=50)]
#: A second to a year.
Seconds = Annotated[int, Field(strict=True, ge=1, le=366 * 86_400)]


class ReasonIn(Input):
    """Why."""

    comment: Note


class OpinionIn(Input):
    """A remark, and for which voice of the step; without one for the first that is one's own."""

    comment: Note | None = None
    voice: Name | None = None


class WithdrawIn(Input):
    """Why, if there is something to say."""

    comment: Note | None = None


class VoiceBody(Input):
    """One who is asked: whoever holds one of the roles or permissions, or is one of the people.
    ``authority`` asks the role that the document itself demands, or a higher one; ``superior`` the
    manager so many levels above the owner, 1 for the nearest."""

    name: Name
    roles: Roles = Field(default_factory=list)
    permissions: Roles = Field(default_factory=list)
    people: list[UUID] = Field(default_factory=list, max_length=50)
    authority: Flag = False
    superior: Annotated[int, Field(strict=True, ge=1, le=20)] | None = None

    def voice(self) -> Voice:
        """Return the voice this body stands for."""
        people, roles, permissions = tuple(self.people), tuple(self.roles), tuple(self.permissions)
        return Voice(self.name, roles, permissions, people, self.authority, self.superior)


class StepBody(Input):
    """A step: ``single`` has one voice, of ``any`` one must agree, of ``all`` everyone (会签)."""

    name: Name
    mode: Mode
    voices: Annotated[list[VoiceBody], Field(min_length=1, max_length=20)]
    limit_seconds: Seconds | None = None

    def step(self) -> Step:
        """Return the step this body stands for."""
        voices = tuple(each.voice() for each in self.voices)
        return Step(self.name, self.mode, voices, self.limit_seconds)


class AttributeBody(Input):
    """An attribute of the document, such as its branch, and the value that is meant."""

    name: Code
    value: Name


class RouteBody(Input):
    """The steps of documents with these attributes, whose amount is above ``over`` and up to and
    including ``up_to``."""

    over: PositiveAmount | None = None
    up_to: PositiveAmount | None = None
    attributes: list[AttributeBody] = Field(default_factory=list, max_length=10)
    steps: Annotated[list[StepBody], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _attributes_differ(self) -> Self:
        if len({each.name for each in self.attributes}) < len(self.attributes):
            raise PydanticCustomError("duplicate_attribute", "An attribute has one value.")
        return self

    def route(self) -> Route:
        """Return the route this body stands for."""
        steps = tuple(each.step() for each in self.steps)
        attributes = {each.name: each.value for each in self.attributes}
        return Route(steps, self.over, self.up_to, attributes)


class ProcessIn(Input):
    """A definition. By the ``ladder``, roles with the least first, a step that takes longer than
    its limit is taken higher; plans may step down."""

    routes: Annotated[list[RouteBody], Field(min_length=1, max_length=50)]
    at_limit: AtLimit = AtLimit.ESCALATE
    ladder: Roles = Field(default_factory=list)
    currency: Currency = "CNY"

    def process(self) -> Process:
        """Return the definition this body stands for."""
        routes = tuple(each.route() for each in self.routes)
        return Process(routes, self.at_limit, tuple(self.ladder), self.currency)


class VoiceOut(Output):
    """One who is asked."""

    name: str
    roles: list[str]
    permissions: list[str]
    people: list[UUID]
    authority: bool
    superior: int | None


class StepOut(Output):
    """A step of a process."""

    name: str
    mode: Mode
    voices: list[VoiceOut]
    limit_seconds: int | None


class AttributeOut(Output):
    """An attribute of the document, and the value that is meant."""

    name: str
    value: str


class RouteOut(Output):
    """The steps of some documents."""

    over: Decimal | None
    up_to: Decimal | None
    attributes: list[AttributeOut]
    steps: list[StepOut]

    @classmethod
    def of(cls, route: Route) -> RouteOut:
        """Present a route."""
        return cls(
            over=route.over,
            up_to=route.up_to,
            attributes=[AttributeOut(name=n, value=v) for n, v in route.attributes.items()],
            steps=[StepOut.model_validate(step) for step in route.steps],
        )


class ProcessOut(Output):
    """A version of a definition. Nobody adopted what is shipped."""

    document_type: str
    version: int
    routes: list[RouteOut]
    at_limit: AtLimit
    ladder: list[str]
    currency: str
    adopted_by: UUID | None
    adopted_at: datetime | None

    @classmethod
    def of(cls, found: Adopted) -> ProcessOut:
        """Present a version."""
        process = found.process
        return cls(
            document_type=found.document_type,
            version=found.version,
            routes=[RouteOut.of(route) for route in process.routes],
            at_limit=process.at_limit,
            ladder=list(process.ladder),
            currency=process.currency,
            adopted_by=found.by,
            adopted_at=found.at,
        )


class SpokenOut(Output):
    """What somebody said in a step."""

    step: int
    step_name: str
    voice: str | None
    verdict: Verdict
    comment: str | None
    given_by: UUID
    given_for: UUID | None = Field(description="in whose name, when a deputy did")
    given_at: datetime


class ApprovalSummary(Output):
    """An approval in a list. ``asked`` are what one must hold to speak now: ``role:…``,
    ``permission:…`` or ``person:…``; ``level`` says how often its step passed the limit."""

    id: UUID
    version: int
    document_type: str
    document_id: UUID
    label: str
    customer_id: UUID | None
    owner_id: UUID
    authors: list[UUID]
    amount: MoneyOut | None
    demanded: str | None
    process_version: int
    status: Status
    step: int
    step_name: str
    level: int
    asked: list[str]
    due_at: datetime | None
    started_by: UUID
    started_for: UUID | None = Field(description="in whose name, when a deputy did")
    started_at: datetime
    ended_at: datetime | None

    @classmethod
    def of_row(cls, row: Any) -> ApprovalSummary:
        """Present a row of a list."""
        return cls.model_validate(_shown(dict(row)))


class ApprovalOut(ApprovalSummary):
    """An approval with its steps and every opinion (S122)."""

    content_hash: str
    steps: list[StepOut]
    waiting_for: list[str]
    opinions: list[SpokenOut]

    @classmethod
    def of(cls, approval: Approval) -> ApprovalOut:
        """Present an approval."""
        waiting = {"waiting_for": approval.waiting_for}
        return cls.model_validate(_shown(dict(vars(approval))) | waiting)


def _shown(fields: dict[str, Any]) -> dict[str, Any]:
    amount, currency = fields["amount"], fields["currency"]
    shown = None if amount is None else MoneyOut(amount=amount, currency=currency)
    return fields | {"amount": shown, "step_name": fields["steps"][fields["step"]].name}
