"""A proposal to set a customer's level, bound to the level the customer had (S12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.customer.customers.errors import CustomerStateError
from services.customer.customers.model import Customer, Level
from services.customer.customers.model import Status as CustomerStatus
from services.customer.levels.errors import LevelUnchanged
from shared.domain.actor import Actor, hands
from shared.domain.aggregate import Aggregate, Change
from shared.domain.canonical import hash_of
from shared.domain.ids import new_id
from shared.events.customer import (
    LevelProposalApproved,
    LevelProposalRejected,
    LevelProposalReturned,
    LevelProposalSubmitted,
    LevelProposalSuperseded,
    LevelProposalWithdrawn,
)
from shared.events.payload import Payload


class Status(StrEnum):
    """What became of a proposal."""

    SUBMITTED = "submitted"  # 待审批
    APPROVED = "approved"  # 已批准
    REJECTED = "rejected"  # 已驳回
    RETURNED = "returned"  # 已退回
    WITHDRAWN = "withdrawn"  # 已撤回
    SUPERSEDED = "superseded"  # 已失效


TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    status: frozenset(Status) - {status} if status == Status.SUBMITTED else frozenset()
    for status in Status
}
_TOLD: Mapping[Status, type[Payload]] = {
    Status.APPROVED: LevelProposalApproved,
    Status.REJECTED: LevelProposalRejected,
    Status.RETURNED: LevelProposalReturned,
    Status.WITHDRAWN: LevelProposalWithdrawn,
    Status.SUPERSEDED: LevelProposalSuperseded,
}
_JUDGED = (CustomerStatus.LEAD, CustomerStatus.PROSPECT, CustomerStatus.FORMAL)


@dataclass(kw_only=True)
class LevelProposal(Aggregate):
    """A level somebody proposes. It ends once; who would have another proposes anew."""

    customer_id: UUID
    previous_level: Level | None
    level: Level
    reason: str
    content_hash: str
    status: Status
    proposed_by: UUID
    proposed_for: UUID | None
    proposed_at: datetime
    ended_at: datetime | None = None

    @classmethod
    def submit(
        cls, customer: Customer, level: Level, reason: str, *, actor: Actor, at: datetime
    ) -> tuple[LevelProposal, Change]:
        """Propose a level with the reasons (S12).

        Raises:
            CustomerStateError: nobody judges a customer that is registered, rejected or lost.
            LevelUnchanged: the customer has this level.
        """
        if customer.status not in _JUDGED:
            raise CustomerStateError(
                f"Nobody judges the level of a customer that is {customer.status}."
            )
        if customer.level == level:
            raise LevelUnchanged(f"The level of the customer is {level} already.")
        by, on_behalf_of = actor.signature
        proposal = cls(
            id=new_id(),
            customer_id=customer.id,
            previous_level=customer.level,
            level=level,
            reason=reason,
            content_hash=content_hash(customer.id, customer.level, level),
            status=Status.SUBMITTED,
            proposed_by=by,
            proposed_for=on_behalf_of,
            proposed_at=at,
        )
        return proposal, Change(LevelProposalSubmitted)

    @property
    def authors(self) -> tuple[UUID, ...]:
        """Who proposed it; none of them decides on it."""
        return hands(self.proposed_by, self.proposed_for)

    def end(self, status: Status, at: datetime) -> Change:
        """Note what was decided, or that it is void."""
        self.status, self.ended_at = status, at
        return Change(_TOLD[status])


def content_hash(customer_id: UUID, present: str | None, proposed: str) -> str:
    """Return the SHA-256 of what is proposed: from which level to which, and whose."""
    return hash_of({"customer_id": customer_id, "present": present, "proposed": proposed})
