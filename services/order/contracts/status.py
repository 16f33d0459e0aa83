"""How far a contract is, and when orders may be placed under it (S117, S121)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.order.contracts.errors import ContractNotInForce


class Status(StrEnum):
    """How far a contract is."""

    DRAFT = "draft"  # 草稿
    COUNTERSIGNING = "countersigning"  # 会签中
    COUNTERSIGNED = "countersigned"  # 会签完毕, 待审批
    APPROVED = "approved"  # 已审批
    SIGNED = "signed"  # 已签订
    REJECTED = "rejected"  # 已驳回
    COMPLETED = "completed"  # 已履行
    TERMINATED = "terminated"  # 已终止


#: From each state to those that may follow it; a state may follow itself where it stands here.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.DRAFT, Status.COUNTERSIGNING, Status.COUNTERSIGNED}),
    Status.COUNTERSIGNING: frozenset(
        {Status.COUNTERSIGNING, Status.COUNTERSIGNED, Status.REJECTED}
    ),
    Status.COUNTERSIGNED: frozenset({Status.APPROVED, Status.REJECTED}),
    Status.APPROVED: frozenset({Status.SIGNED, Status.TERMINATED}),
    Status.SIGNED: frozenset({Status.COMPLETED, Status.TERMINATED}),
    Status.REJECTED: frozenset({Status.DRAFT}),
    Status.COMPLETED: frozenset(),
    Status.TERMINATED: frozenset(),
}


#: What was agreed in these is changed by an amendment only (S129).
AMENDABLE = frozenset({Status.APPROVED, Status.SIGNED})


@dataclass(frozen=True, slots=True)
class Validity:
    """Whose contract it is, and when orders may be placed under it."""

    number: str
    customer_id: UUID
    status: Status
    starts_on: date | None
    ends_on: date | None

    def must_allow(self, customer_id: UUID, day: date) -> None:
        """Refuse orders of somebody else, without signatures, or out of the term (S121).

        Raises:
            ContractNotInForce: with the reason.
        """
        if self.customer_id != customer_id:
            raise ContractNotInForce(f"{self.number} is another customer's.")
        if self.status != Status.SIGNED:
            raise ContractNotInForce(f"{self.number} is {self.status}.")
        if self.starts_on and day < self.starts_on:
            raise ContractNotInForce(f"{self.number} starts on {self.starts_on}.")
        if self.ends_on and day > self.ends_on:
            raise ContractNotInForce(f"{self.number} ended on {self.ends_on}.")
