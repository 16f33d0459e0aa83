"""A revision of a quote: draft → in approval → approved → sent → accepted (S101, S108).

Its content is final once it is submitted; a change of mind is a new revision that supersedes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from services.opportunity.quotes.content import content_hash
from services.opportunity.quotes.errors import (
    ApproverIsAuthor,
    ContentChanged,
    QuoteFinal,
    QuoteOverdue,
    QuoteStateError,
)
from services.opportunity.quotes.line import QuoteLine
from services.opportunity.quotes.parts import Priced, Project, Terms
from services.opportunity.versioned import Version
from shared.auth.discounts import AuthorityExceeded, DiscountPolicy, total_discount
from shared.domain.actor import Actor
from shared.domain.aggregate import Aggregate, Change
from shared.domain.clock import business_date
from shared.domain.ids import new_id
from shared.domain.money import total
from shared.domain.owner import Owner, give
from shared.events.opportunity import (
    QuoteAccepted,
    QuoteApproved,
    QuoteChanged,
    QuoteDeclined,
    QuoteDrafted,
    QuoteExpired,
    QuoteHandedOver,
    QuoteRejected,
    QuoteSent,
    QuoteSubmitted,
    QuoteSuperseded,
)
from shared.events.vocabulary import Chain


class Status(StrEnum):
    """Life cycle of a revision."""

    DRAFT = "draft"  # 草稿
    IN_APPROVAL = "in_approval"  # 审批中
    APPROVED = "approved"  # 已批准
    REJECTED = "rejected"  # 已驳回
    SENT = "sent"  # 已发出
    ACCEPTED = "accepted"  # 已接受
    DECLINED = "declined"  # 已谢绝
    EXPIRED = "expired"  # 已过期
    SUPERSEDED = "superseded"  # 已被取代


_ANSWERS = {Status.ACCEPTED, Status.DECLINED, Status.EXPIRED, Status.SUPERSEDED}
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.IN_APPROVAL}),
    Status.IN_APPROVAL: frozenset({Status.APPROVED, Status.REJECTED, Status.SUPERSEDED}),
    Status.APPROVED: frozenset({Status.SENT, *_ANSWERS}),
    Status.SENT: frozenset(_ANSWERS),
    Status.REJECTED: frozenset({Status.SUPERSEDED}),
    Status.DECLINED: frozenset({Status.SUPERSEDED}),
    Status.EXPIRED: frozenset({Status.SUPERSEDED}),
    Status.ACCEPTED: frozenset(),
    Status.SUPERSEDED: frozenset(),
}


@dataclass(kw_only=True)
class Quote(Aggregate):
    """One revision. ``authors`` are all who wrote in it."""

    number: str
    revision: int
    opportunity_id: UUID
    project_number: str
    customer_id: UUID
    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None
    status: Status
    chain: Chain
    payment_terms: str | None
    payment_days: int
    valid_until: date
    currency: str
    price_list_id: UUID | None
    authors: Sequence[UUID]
    drafted_at: datetime
    list_total: Decimal
    total: Decimal
    discount: Decimal
    content_hash: str
    copy_of_id: UUID | None = None
    required_role: str | None = None
    policy_version: int | None = None
    submitted_by: UUID | None = None
    submitted_for: UUID | None = None
    submitted_at: datetime | None = None
    approved_by: UUID | None = None
    approved_for: UUID | None = None
    approved_role: str | None = None
    approved_hash: str | None = None
    approved_at: datetime | None = None
    own_authority: bool = False
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    reason: str | None = None
    lines: tuple[QuoteLine, ...] = ()

    @classmethod
    def draft(
        cls,
        project: Project,
        priced: Priced,
        terms: Terms,
        *,
        number: str,
        authors: Sequence[UUID],
        at: datetime,
        revision: int = 1,
        copy_of_id: UUID | None = None,
    ) -> tuple[Self, Change]:
        """Start a revision for a registered project (S76, S101)."""
        drafted = cls(
            **_fields(project),
            **_fields(terms),
            **_fields(priced),
            **_totals(priced),
            id=new_id(),
            number=number,
            revision=revision,
            status=Status.DRAFT,
            authors=tuple(authors),
            drafted_at=at,
            content_hash="",
            copy_of_id=copy_of_id,
        )
        drafted.content_hash = content_hash(drafted)
        return drafted, Change(QuoteDrafted)

    def change(self, priced: Priced, terms: Terms, *authors: UUID) -> Change:
        """Replace the content of a draft; whoever does becomes an author."""
        self.require_draft()
        content = {**_fields(priced), **_fields(terms), **_totals(priced)}
        for name, value in content.items():
            setattr(self, name, value)
        self.authors = tuple(dict.fromkeys((*self.authors, *authors)))
        self.content_hash = content_hash(self)
        return Change(QuoteChanged)

    def submit(self, policy: Version[DiscountPolicy], actor: Actor, at: datetime) -> Change:
        """Make the content final and ask for the authority that it demands (S108)."""
        self._require_valid(at)
        self._become(Status.IN_APPROVAL)
        self.required_role = policy.content.required_role(self.lines)
        self.policy_version = policy.version
        self.submitted_by, self.submitted_for = actor.signature
        self.submitted_at = at
        return Change(QuoteSubmitted, {"required_role": self.required_role})

    def approve(self, policy: Version[DiscountPolicy], actor: Actor, at: datetime) -> Change:
        """Approve with sufficient authority; authors do not approve their own (S108, S221)."""
        self._require_stranger(actor)
        return self._approve(policy, actor, at)

    def approve_alone(self, policy: Version[DiscountPolicy], actor: Actor, at: datetime) -> Change:
        """Approve on submission what every author may give away (S108, first band)."""
        if not policy.content.is_given_alone(policy.content.required_role(self.lines)):
            raise ApproverIsAuthor("This discount needs somebody else's approval.")
        self.own_authority = True
        return self._approve(policy, actor, at)

    def reject(self, actor: Actor, reason: str) -> Change:
        """Refuse approval."""
        self._require_stranger(actor)
        self._become(Status.REJECTED)
        self.reason = reason
        return Change(QuoteRejected, {"reason": reason})

    def take_back(self) -> Change:
        """Close what an author withdrew from approval; the next revision may be better."""
        self._become(Status.REJECTED)
        self.reason = "withdrawn"
        return Change(QuoteRejected, {"reason": self.reason})

    def require_in_approval(self) -> None:
        """Refuse a decision on what waits for none."""
        if self.status != Status.IN_APPROVAL:
            raise QuoteStateError(f"A quote that is {self.status} waits for no approval.")

    def send(self, at: datetime) -> Change:
        """Hand the approved content to the customer."""
        self._require_valid(at)
        self._become(Status.SENT)
        self._require_approved_content()
        self.sent_at = at
        return Change(QuoteSent)

    def accept(self, at: datetime) -> Change:
        """Record that the customer accepted: nothing changes any more (S101)."""
        self._require_valid(at)
        self._become(Status.ACCEPTED)
        self._require_approved_content()
        self.answered_at = at
        return Change(QuoteAccepted)

    def decline(self, reason: str, at: datetime) -> Change:
        """Record that the customer declined."""
        self._become(Status.DECLINED)
        self.reason, self.answered_at = reason, at
        return Change(QuoteDeclined, {"reason": reason})

    def expire(self) -> Change:
        """End what was not answered in time."""
        self._become(Status.EXPIRED)
        return Change(QuoteExpired)

    def supersede(self) -> Change:
        """Give way to the next revision."""
        self._become(Status.SUPERSEDED)
        return Change(QuoteSuperseded)

    def hand_over(self, owner: Owner) -> Change:
        """Give it to another owner (S04)."""
        return Change(QuoteHandedOver, give(self, owner))

    def is_overdue(self, at: datetime) -> bool:
        """Say whether its last day is over."""
        return self.valid_until < business_date(at)

    def require_draft(self) -> None:
        """Refuse a revision whose content is final."""
        if self.status != Status.DRAFT:
            raise QuoteFinal(f"Revision {self.revision} is {self.status}; make a new revision.")

    def _approve(self, policy: Version[DiscountPolicy], actor: Actor, at: datetime) -> Change:
        required = policy.content.required_role(self.lines)
        role = policy.content.covering_role(actor.roles, required)
        if role is None:
            raise AuthorityExceeded.needs(required)
        self._require_valid(at)
        self._become(Status.APPROVED)
        self._require_content(self.content_hash)
        self.required_role, self.policy_version = required, policy.version
        self.approved_by, self.approved_for = actor.signature
        self.approved_role, self.approved_at = role, at
        self.approved_hash = self.content_hash
        detail = {"approved_by": actor.id, "own_authority": self.own_authority}
        return Change(QuoteApproved, detail)

    def _become(self, target: Status) -> None:
        if target not in TRANSITIONS[Status(self.status)]:
            raise QuoteStateError(f"A quote that is {self.status} cannot become {target}.")
        self.status = target

    def _require_valid(self, at: datetime) -> None:
        if self.is_overdue(at):
            raise QuoteOverdue(f"It was valid until {self.valid_until}.")

    @property
    def hands(self) -> tuple[UUID, ...]:
        """All who wrote or submitted it: of these none approves it, nor what is made of it."""
        submitted = [each for each in (self.submitted_by, self.submitted_for) if each is not None]
        return tuple(dict.fromkeys((*self.authors, *submitted)))

    def _require_stranger(self, actor: Actor) -> None:
        if set(self.hands).intersection(actor.hands):
            raise ApproverIsAuthor("Somebody who did not write or submit it must decide.")

    def _require_approved_content(self) -> None:
        self._require_content(self.approved_hash)

    def _require_content(self, expected: str | None) -> None:
        if expected != self.content_hash or expected != content_hash(self):
            raise ContentChanged("The content differs from what was approved.")


def _fields(part: Project | Terms | Priced) -> dict[str, Any]:
    return {name: getattr(part, name) for name in part.__slots__}


def _totals(priced: Priced) -> dict[str, Any]:
    return {
        "list_total": total(line.list_amount(priced.currency) for line in priced.lines),
        "total": total(line.amount for line in priced.lines),
        "discount": total_discount(priced.lines),
    }
