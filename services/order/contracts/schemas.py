"""Contracts over HTTP: bodies in, bodies out, and the commands they become."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.order.contracts.content import Content
from services.order.contracts.model import Contract
from services.order.contracts.opinions import Department, Verdict
from services.order.contracts.service import (
    ChangeContract,
    Countersign,
    DraftContract,
    RejectContract,
    SignContract,
)
from services.order.contracts.status import Status
from services.order.products.schemas import LineOut, Lines, line_facts, one_currency
from shared.auth.roles import Role
from shared.http.fields import Day, Input, MoneyOut, Name, Note, Output

PaymentDays = Annotated[int, Field(strict=True, ge=0, le=3650)]


class ContractIn(Input):
    """A new contract (S117). Its currency is that of the prices."""

    title: Annotated[Name, Field(examples=["2026 年度阀门供货合同"])]
    customer_id: UUID
    lines: Lines
    terms: Note | None = None
    payment_days: PaymentDays = 30
    starts_on: Day | None = None
    ends_on: Day | None = None

    def command(self) -> DraftContract:
        """Return the command this body stands for."""
        return DraftContract(
            title=self.title,
            customer_id=self.customer_id,
            currency=one_currency([line.unit_price for line in self.lines]),
            lines=tuple(line.asked() for line in self.lines),
            terms=self.terms,
            payment_days=self.payment_days,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
        )


class ContractPatch(Input):
    """Fields to change; null empties one, a field left out stays. ``lines`` replaces all lines."""

    title: Name = ""
    lines: Lines = Field(default_factory=list)
    terms: Note | None = None
    payment_days: PaymentDays = 30
    starts_on: Day | None = None
    ends_on: Day | None = None

    def command(self, contract_id: UUID, expected: int | None) -> ChangeContract:
        """Return the command this body stands for."""
        changes: dict[str, Any] = self.model_dump(exclude_unset=True, exclude={"lines"})
        if "lines" not in self.model_fields_set:
            return ChangeContract(contract_id, expected, changes)
        changes["currency"] = one_currency([line.unit_price for line in self.lines])
        asked = tuple(line.asked() for line in self.lines)
        return ChangeContract(contract_id, expected, changes, asked)


class OpinionIn(Input):
    """A department's opinion; a disagreement says why."""

    department: Department
    verdict: Verdict
    remark: Note | None = None

    def command(self, contract_id: UUID, expected: int | None) -> Countersign:
        """Return the command this body stands for."""
        return Countersign(contract_id, expected, self.department, self.verdict, self.remark)


class ReasonIn(Input):
    """Why."""

    reason: Note

    def reject(self, contract_id: UUID, expected: int | None) -> RejectContract:
        """Return the command to reject."""
        return RejectContract(contract_id, expected, self.reason)


class SignatureIn(Input):
    """Who signed for either side (签署人, S117); today unless ``signed_on`` says otherwise."""

    signer: Name
    customer_signer: Name
    signed_on: Day | None = None

    def command(self, contract_id: UUID, expected: int | None) -> SignContract:
        """Return the command this body stands for."""
        return SignContract(
            contract_id, expected, self.signer, self.customer_signer, self.signed_on
        )


class ContractSummary(Output):
    """A contract in the register (S132). ``discount`` is the greatest off the price list, of all
    lines and the total, and ``required_role`` the least that may approve it; null where a quote
    was approved in its place. ``revision`` is 1, and one more with each amendment."""

    id: UUID
    version: int
    number: str
    revision: int
    title: str
    customer_id: UUID
    quote_id: UUID | None
    opportunity_id: UUID | None
    status: Status
    total: MoneyOut
    discount: Decimal | None
    required_role: Role | None
    payment_days: int
    starts_on: date | None
    ends_on: date | None
    signed_on: date | None
    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None
    created_at: datetime

    @classmethod
    def of_row(cls, row: Any) -> ContractSummary:
        """Present a row of the register."""
        fields = dict(row)
        fields["total"] = MoneyOut(amount=row["total"], currency=row["currency"])
        return cls.model_validate(fields)


class OpinionOut(Output):
    """An opinion given in a round of countersigning (S122)."""

    round: int
    department: str
    verdict: Verdict
    remark: str | None
    given_by: UUID
    given_for: UUID | None = Field(description="in whose name, when a deputy did")
    given_at: datetime


class ContractOut(ContractSummary):
    """A contract with its lines, terms and opinions."""

    lines: list[LineOut]
    terms: str | None
    round: int
    opinions: list[OpinionOut]
    waiting_for: list[str]
    authors: tuple[UUID, ...]
    content_hash: str | None
    approved_hash: str | None
    approved_by: UUID | None
    approved_for: UUID | None = Field(description="in whose name, when a deputy did")
    approved_at: datetime | None
    price_list_id: UUID | None
    policy_version: int | None
    own_authority: bool
    approved_role: Role | None
    signer: str | None
    customer_signer: str | None
    reason: str | None

    @classmethod
    def of(cls, contract: Contract) -> ContractOut:
        """Present a contract."""
        fields = dict(vars(contract))
        fields["total"] = MoneyOut(amount=contract.total, currency=contract.currency)
        fields["lines"] = lines_of(contract)
        return cls.model_validate(fields)


class RevisionOut(Output):
    """What was agreed before an amendment took effect, and who had approved it (S129)."""

    revision: int
    title: str
    customer_id: UUID
    total: MoneyOut
    lines: list[LineOut]
    terms: str | None
    payment_days: int
    starts_on: date | None
    ends_on: date | None
    content_hash: str
    approved_by: UUID
    approved_for: UUID | None = Field(description="in whose name, when a deputy did")
    approved_at: datetime
    superseded_at: datetime

    @classmethod
    def of_row(cls, row: Any) -> RevisionOut:
        """Present a row of the list."""
        content: Content = row["content"]
        fields = vars(content) | dict(row) | {"lines": lines_of(content)}
        fields["total"] = MoneyOut(amount=row["total"], currency=content.currency)
        return cls.model_validate(fields)


def lines_of(content: Content) -> list[LineOut]:
    """Present the lines of what is agreed."""
    return [LineOut(**line_facts(line, content.currency)) for line in content.lines]
