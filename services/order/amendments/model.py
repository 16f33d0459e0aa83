"""An amendment: in_approval → approved, rejected, returned or withdrawn (S129).

It is the whole content that the contract would have, so that what is approved is what is agreed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.order.amendments.errors import AmendmentEnded, NothingAmended
from services.order.contracts.content import Content
from services.order.contracts.model import Contract
from services.order.prices.model import Judged
from shared.domain.aggregate import Aggregate, Change
from shared.domain.canonical import hash_of
from shared.domain.ids import new_id
from shared.domain.money import total
from shared.events.order import AmendmentDecided, AmendmentProposed


class Kind(StrEnum):
    """What is done to a contract (S129)."""

    CHANGE = "change"  # 变更内容
    RETURN = "return"  # 退货
    SWAP = "swap"  # 调换
    PRICE_CUT = "price_cut"  # 折价
    RENAME = "rename"  # 更名
    TERMINATION = "termination"  # 终止


class Status(StrEnum):
    """How far an amendment is; each is called as its approval is."""

    IN_APPROVAL = "in_approval"  # 审批中
    APPROVED = "approved"  # 已生效
    REJECTED = "rejected"  # 已驳回
    RETURNED = "returned"  # 退回修改
    WITHDRAWN = "withdrawn"  # 已撤回


#: From each state to those that may follow it.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    status: frozenset(Status) - {Status.IN_APPROVAL}
    if status == Status.IN_APPROVAL
    else frozenset()
    for status in Status
}


@dataclass(kw_only=True)
class Amendment(Content, Judged, Aggregate):
    """A proposal for one contract. ``revision`` is the one it would become, ``own_prices`` says
    whether its prices are judged: those that a quote was approved for are not, while they stay.
    Who sees the contract sees it."""

    contract_id: UUID
    number: str
    revision: int
    kind: Kind
    reason: str
    status: Status = Status.IN_APPROVAL
    total: Decimal
    total_before: Decimal
    own_prices: bool
    content_hash: str
    agreed_hash: str
    authors: Sequence[UUID]
    proposed_at: datetime
    approved_by: UUID | None = None
    approved_for: UUID | None = None
    approved_at: datetime | None = None

    @classmethod
    def propose(
        cls,
        contract: Contract,
        kind: Kind,
        reason: str,
        *,
        authors: Sequence[UUID],
        at: datetime,
        **changes: Any,
    ) -> tuple[Amendment, Change]:
        """Propose to change some of what a contract agrees on, or to end it.

        Raises:
            NothingAmended: every field stays as it is.
        """
        content = {**vars(contract.agreed), **changes}
        same_lines = content["lines"] == contract.lines
        amendment = cls(
            **content,
            id=new_id(),
            contract_id=contract.id,
            number=f"{contract.number}-{contract.revision + 1}",
            revision=contract.revision + 1,
            kind=kind,
            reason=reason,
            total=total(line.amount for line in content["lines"]),
            total_before=contract.total,
            own_prices=contract.has_own_prices or not same_lines,
            content_hash="",
            agreed_hash="",
            authors=tuple(authors),
            proposed_at=at,
        )
        amendment.must_be_possible()
        amendment.agreed_hash = amendment.hash()
        amendment.content_hash = amendment.proposal_hash()
        if not amendment.ends and amendment.agreed_hash == contract.hash():
            raise NothingAmended("It is what is agreed already.")
        return amendment, Change(AmendmentProposed)

    @property
    def ends(self) -> bool:
        """Whether it ends the contract."""
        return self.kind == Kind.TERMINATION

    @property
    def is_judged(self) -> bool:
        """Whether its prices need authority (S108): nothing is given away by ending."""
        return self.own_prices and not self.ends

    @property
    def greatest_total(self) -> Decimal:
        """The larger of what is agreed and what is proposed: by it the way is chosen."""
        return max(self.total, self.total_before)

    def proposal_hash(self) -> str:
        """Return the SHA-256 of what is proposed: of which contract, why, and what instead."""
        content = {
            "kind": self.kind,
            "contract_id": self.contract_id,
            "revision": self.revision,
            "agreed": self.hash(),
            "reason": self.reason,
        }
        return hash_of(content)

    def approve(
        self, *, by: UUID, at: datetime, role: str | None, on_behalf_of: UUID | None = None
    ) -> Change:
        """It takes effect; ``role`` is the one whose authority over discounts is used."""
        self._become(Status.APPROVED)
        self.approved_by, self.approved_for, self.approved_at = by, on_behalf_of, at
        self.approved_role = role
        return Change(AmendmentDecided)

    def end(self, status: Status) -> Change:
        """It was rejected, returned or withdrawn; another may be proposed."""
        self._become(status)
        return Change(AmendmentDecided)

    def _become(self, target: Status) -> None:
        if target not in TRANSITIONS[self.status]:
            raise AmendmentEnded(f"It is {self.status}.")
        self.status = target
