"""The contract: draft → countersigning → countersigned → approved → signed → completed (S117-S122).

What was submitted is fixed by a hash; opinions and approval are for exactly that content. After
that an approved amendment makes another ``revision`` of it, or ends it (S129).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.order.contracts.content import Content
from services.order.contracts.errors import (
    BoundToQuote,
    ContentChanged,
    ContractStateError,
    OwnContract,
)
from services.order.contracts.opinions import Opinion, Verdict
from services.order.contracts.status import AMENDABLE, TRANSITIONS, Status, Validity
from services.order.place import Place
from services.order.prices.model import JUDGEMENT, Judged
from shared.domain.actor import hands
from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.domain.money import ZERO, total
from shared.domain.owner import Owner, give
from shared.events.order import (
    ContractAmended,
    ContractApproved,
    ContractChanged,
    ContractCompleted,
    ContractCountersigned,
    ContractDrafted,
    ContractHandedOver,
    ContractRejected,
    ContractSigned,
    ContractSubmitted,
    ContractTerminated,
)


@dataclass(kw_only=True)
class Contract(Content, Judged, Aggregate):
    """A contract with a customer. ``authors`` are all who wrote on it."""

    number: str
    status: Status
    total: Decimal
    quote_id: UUID | None
    opportunity_id: UUID | None
    authors: Sequence[UUID]
    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None
    created_at: datetime
    round: int = 0
    revision: int = 1
    content_hash: str | None = None
    approved_hash: str | None = None
    approved_by: UUID | None = None
    approved_for: UUID | None = None
    approved_at: datetime | None = None
    signed_on: date | None = None
    signer: str | None = None
    customer_signer: str | None = None
    reason: str | None = None
    #: Of its approvals, where they are shown with it.
    opinions: tuple[Opinion, ...] = ()
    waiting_for: tuple[str, ...] = ()

    @classmethod
    def draft(
        cls,
        content: Content,
        *,
        number: str,
        authors: Sequence[UUID],
        place: Place,
        at: datetime,
        quote_id: UUID | None = None,
        opportunity_id: UUID | None = None,
    ) -> tuple[Contract, Change]:
        """Draft a contract."""
        contract = cls(
            **vars(content),
            id=new_id(),
            number=number,
            status=Status.DRAFT,
            total=ZERO,
            quote_id=quote_id,
            opportunity_id=opportunity_id,
            authors=tuple(authors),
            owner_id=place.owner_id,
            department=place.department,
            branch=place.branch,
            region=place.region,
            created_at=at,
        )
        contract._settle()
        return contract, Change(ContractDrafted)

    def change(self, *, by: UUID, on_behalf_of: UUID | None = None, **fields: Any) -> Change:
        """Change the draft; a rejected contract becomes a draft again. Whoever does is an author.

        Raises:
            BoundToQuote: lines that an accepted quote fixes.
        """
        if self.quote_id is not None and "lines" in fields:
            raise BoundToQuote("The lines are those of the accepted quote.")
        self._become(Status.DRAFT)
        self.authors = tuple(dict.fromkeys((*self.authors, *hands(by, on_behalf_of))))
        for name, value in fields.items():
            setattr(self, name, value)
        self.content_hash = self.reason = None
        self._settle()
        return Change(ContractChanged)

    def require_draft(self) -> None:
        """Refuse what was submitted already."""
        if self.status != Status.DRAFT:
            raise ContractStateError(f"A contract that is {self.status} is not submitted.")

    def submit(self, *, countersigned: bool) -> Change:
        """Fix the content and ask the departments for their opinion, if any are (S122)."""
        self.require_draft()
        self._become(Status.COUNTERSIGNING if countersigned else Status.COUNTERSIGNED)
        self.round += 1
        self.content_hash = self.hash()
        return Change(ContractSubmitted)

    def must_be_countersignable(self, by: UUID, on_behalf_of: UUID | None = None) -> None:
        """Refuse an opinion that is not due, or by somebody who had a hand in it (S122)."""
        if self.status != Status.COUNTERSIGNING:
            raise ContractStateError(f"A contract that is {self.status} is not countersigned.")
        self._by_somebody_else(by, on_behalf_of)

    def hear(self, department: str, verdict: Verdict, remark: str | None, *, last: bool) -> Change:
        """Follow a department's opinion; the ``last`` agreement completes the round (S122)."""
        if verdict == Verdict.DISAGREE:
            self._become(Status.REJECTED)
            self.reason = remark
        elif last:
            self._become(Status.COUNTERSIGNED)
        return Change(ContractCountersigned, {"countersigned_for": department, "opinion": verdict})

    def must_be_approvable(self, by: UUID, on_behalf_of: UUID | None = None) -> None:
        """Refuse an approval that is not due, or by somebody who had a hand in it (S121, S122)."""
        self._by_somebody_else(by, on_behalf_of)
        self._may_become(Status.APPROVED)

    def approve(
        self,
        *,
        by: UUID,
        at: datetime,
        role: str | None = None,
        on_behalf_of: UUID | None = None,
    ) -> Change:
        """Approve what the departments agreed to; not by an author, nor for a department (S121).

        ``role`` is the one whose authority over discounts is used.
        """
        self.must_be_approvable(by, on_behalf_of)
        self._become(Status.APPROVED)
        self._content_is(self.content_hash)
        self.approved_hash, self.approved_role = self.content_hash, role
        self.approved_by, self.approved_for, self.approved_at = by, on_behalf_of, at
        return Change(ContractApproved, {"approved_by": by})

    def must_be_up_for_approval(self) -> None:
        """Refuse a decision that is not due."""
        if self.status != Status.COUNTERSIGNED:
            raise ContractStateError(f"A contract that is {self.status} is not up for approval.")

    def reject(self, reason: str) -> Change:
        """Refuse the approval."""
        self.must_be_up_for_approval()
        self._become(Status.REJECTED)
        self.reason = reason
        return Change(ContractRejected, {"reason": reason})

    def take_back(self) -> Change:
        """Follow the author who withdrew it from approval; changed, it is submitted anew."""
        self._become(Status.REJECTED)
        self.reason = "withdrawn"
        return Change(ContractRejected, {"reason": self.reason})

    def sign(self, *, on: date, signer: str, customer_signer: str) -> Change:
        """Record that both sides signed; orders may be placed from now on (S117)."""
        self._become(Status.SIGNED)
        self._content_is(self.approved_hash)
        self.signed_on, self.signer, self.customer_signer = on, signer, customer_signer
        return Change(ContractSigned)

    def complete(self) -> Change:
        """Everything under it is done."""
        self._become(Status.COMPLETED)
        return Change(ContractCompleted)

    def must_be_amendable(self) -> None:
        """Refuse to amend what was not approved yet, or has ended (S129)."""
        if self.status not in AMENDABLE:
            raise ContractStateError(f"A contract that is {self.status} is not amended.")

    def amend(
        self,
        agreed: Content,
        judged: Judged,
        *,
        authors: Sequence[UUID],
        by: UUID,
        at: datetime,
        on_behalf_of: UUID | None = None,
        **detail: Any,
    ) -> Change:
        """Agree on other content, as an approved amendment proposes it: the next revision (S129).

        The approval is from now on that of the amendment, and so is what the prices demand.
        """
        self.must_be_amendable()
        for name in Content.__dataclass_fields__:
            setattr(self, name, getattr(agreed, name))
        for name in JUDGEMENT:
            setattr(self, name, getattr(judged, name))
        self._settle()
        self.revision += 1
        self.authors = tuple(dict.fromkeys((*self.authors, *authors)))
        self._by_somebody_else(by, on_behalf_of)
        self.content_hash = self.approved_hash = self.hash()
        self.approved_by, self.approved_for, self.approved_at = by, on_behalf_of, at
        return Change(ContractAmended, {"approved_by": by, "revision": self.revision} | detail)

    def terminate(self, reason: str) -> Change:
        """End it before its time, as an approved amendment proposes (S129)."""
        self._become(Status.TERMINATED)
        self.reason = reason
        return Change(ContractTerminated, {"reason": reason})

    def hand_over(self, owner: Owner) -> Change:
        """Give it to another owner (S04)."""
        return Change(ContractHandedOver, give(self, owner))

    @property
    def has_own_prices(self) -> bool:
        """Whether its prices were not judged in a quote, or not only there (S108)."""
        return self.quote_id is None or self.discount is not None

    @property
    def validity(self) -> Validity:
        """Whose it is, and when orders may be placed under it."""
        return Validity(self.number, self.customer_id, self.status, self.starts_on, self.ends_on)

    def _settle(self) -> None:
        """Derive what follows from the content, and refuse content that cannot be."""
        self.must_be_possible()
        self.total = total(line.amount for line in self.lines)

    def _content_is(self, fixed: str | None) -> None:
        if self.hash() != fixed:
            raise ContentChanged("The content is not what was submitted.")

    def _by_somebody_else(self, *signature: UUID | None) -> None:
        if set(self.authors).intersection(signature):
            raise OwnContract("Who wrote on a contract neither countersigns nor approves it.")

    def _may_become(self, target: Status) -> None:
        if target not in TRANSITIONS[self.status]:
            raise ContractStateError(f"A contract that is {self.status} cannot become {target}.")

    def _become(self, target: Status) -> None:
        self._may_become(target)
        self.status = target
