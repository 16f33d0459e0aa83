"""Amendments over HTTP: bodies in, bodies out, and the command they become."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.order.amendments.model import Amendment, Kind, Status
from services.order.amendments.service import ProposeAmendment
from services.order.contracts.schemas import PaymentDays, lines_of
from services.order.orders.placing import CallOff
from services.order.orders.schemas import OrderLineIn
from services.order.products.line import Asked
from services.order.products.schemas import MAX_LINES, LineOut, one_currency
from shared.auth.roles import Role
from shared.domain.errors import Invalid
from shared.http.fields import Day, Input, MoneyIn, MoneyOut, Name, Note, Output


class AmendmentIn(Input):
    """What shall be agreed instead, and why; a field left out stays, null empties one.

    ``lines`` replaces all lines: one that names a ``contract_line_id`` keeps product and price of
    that line, with another quantity or the same; any other price is a new line. A termination
    changes nothing.
    """

    kind: Kind
    reason: Note
    title: Name = ""
    customer_id: UUID = UUID(int=0)
    lines: Annotated[list[OrderLineIn], Field(max_length=MAX_LINES)] = Field(default_factory=list)
    terms: Note | None = None
    payment_days: PaymentDays = 30
    starts_on: Day | None = None
    ends_on: Day | None = None

    def command(self, contract_id: UUID, expected: int | None) -> ProposeAmendment:
        """Return the command this body stands for."""
        about = {"kind", "reason", "lines"}
        changes: dict[str, Any] = self.model_dump(exclude_unset=True, exclude=about)
        if self.kind == Kind.TERMINATION and (changes or self.lines):
            raise Invalid.field("/kind", "A termination changes nothing else.", "only_ends")
        lines, prices = self._lines()
        return ProposeAmendment(
            contract_id=contract_id,
            expected=expected,
            kind=self.kind,
            reason=self.reason,
            changes=changes,
            lines=lines or None,
            currency=one_currency(prices) if prices else None,
        )

    def _lines(self) -> tuple[tuple[Asked | CallOff, ...], list[MoneyIn]]:
        lines: list[Asked | CallOff] = []
        prices = []
        for place, line in enumerate(self.lines):
            if line.contract_line_id is not None:
                lines.append(line.call(place))
                continue
            asked, price = line.asked(place)
            lines.append(asked)
            prices.append(price)
        return tuple(lines), prices


class AmendmentSummary(Output):
    """An amendment in a list. ``number`` is that of the contract with the ``revision`` it would
    become; ``discount`` and ``required_role`` are those of its prices, as of a contract."""

    id: UUID
    version: int
    contract_id: UUID
    number: str
    revision: int
    kind: Kind
    reason: str
    status: Status
    title: str
    customer_id: UUID
    total: MoneyOut
    total_before: MoneyOut
    discount: Decimal | None
    required_role: Role | None
    payment_days: int
    starts_on: date | None
    ends_on: date | None
    proposed_at: datetime
    approved_by: UUID | None
    approved_for: UUID | None = Field(description="in whose name, when a deputy did")
    approved_at: datetime | None

    @classmethod
    def of_row(cls, row: Any) -> AmendmentSummary:
        """Present a row of a list."""
        return cls.model_validate(_shown(dict(row)))


class AmendmentOut(AmendmentSummary):
    """An amendment with all that would be agreed."""

    lines: list[LineOut]
    terms: str | None
    authors: tuple[UUID, ...]
    content_hash: str
    price_list_id: UUID | None
    policy_version: int | None
    own_authority: bool
    approved_role: Role | None

    @classmethod
    def of(cls, amendment: Amendment) -> AmendmentOut:
        """Present an amendment."""
        fields = _shown(dict(vars(amendment))) | {"lines": lines_of(amendment)}
        return cls.model_validate(fields)


def _shown(fields: dict[str, Any]) -> dict[str, Any]:
    currency = fields["currency"]
    amounts = ("total", "total_before")
    return fields | {name: MoneyOut(amount=fields[name], currency=currency) for name in amounts}
