"""An approval: one run of a process over one document, bound to its content (S108, S219-S221).

It keeps the steps of the version it began with; who decides is asked step by step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.approvals.asking import further_roles, keys_of, superiors_asked
from shared.approvals.definition import (
    AtLimit,
    Case,
    Mode,
    Process,
    Step,
    Voice,
    person_key,
    role_key,
)
from shared.approvals.errors import (
    ApprovalEnded,
    ApproverIsAuthor,
    ContentChanged,
    NotAdjustable,
    NotAsked,
    NotTheAuthor,
    SpokenAlready,
)
from shared.auth.discounts import AuthorityExceeded
from shared.domain.actor import Actor
from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.events.payload import Payload


class Status(StrEnum):
    """Where an approval stands."""

    RUNNING = "running"  # 审批中
    APPROVED = "approved"  # 已批准
    REJECTED = "rejected"  # 已驳回
    RETURNED = "returned"  # 退回修改
    WITHDRAWN = "withdrawn"  # 已撤回


class Verdict(StrEnum):
    """What somebody says in a step."""

    APPROVE = "approve"  # 同意
    ADJUST = "adjust"  # 调整: passed on with content changed by whoever says it
    REJECT = "reject"  # 驳回
    RETURN = "return"  # 退回修改
    COMMENT = "comment"  # 意见


class Happening(StrEnum):
    """What an approval tells; each service has an event for each that happens there."""

    STARTED = "started"
    COMMENTED = "commented"
    DECIDED = "decided"
    ESCALATED = "escalated"
    REMINDED = "reminded"
    WITHDRAWN = "withdrawn"
    HANDED_OVER = "handed_over"


Events = Mapping[Happening, type[Payload]]
TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    status: frozenset(Status) if status == Status.RUNNING else frozenset() for status in Status
}
_ENDS = {Verdict.REJECT: Status.REJECTED, Verdict.RETURN: Status.RETURNED}
_AGREEING = frozenset({Verdict.APPROVE, Verdict.ADJUST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What somebody said, and in whose name; opinions are never changed."""

    id: UUID
    step: int
    step_name: str
    voice: str | None
    verdict: Verdict
    comment: str | None
    given_by: UUID
    given_for: UUID | None
    given_at: datetime


@dataclass(kw_only=True)
class Approval(Aggregate):
    """One run. ``step`` counts from zero; ``level`` is how often it was taken higher or lower, and
    ``asked`` what one must hold to speak now. ``spoken`` are all who had their say."""

    document_type: str
    document_id: UUID
    label: str
    content_hash: str
    authors: Sequence[UUID]
    owner_id: UUID
    customer_id: UUID | None
    amount: Decimal | None
    currency: str | None
    process_version: int
    steps: tuple[Step, ...]
    at_limit: AtLimit
    ladder: tuple[str, ...]
    demanded: str | None
    superiors: Sequence[UUID]
    started_by: UUID
    started_for: UUID | None
    started_at: datetime
    status: Status = Status.RUNNING
    step: int = 0
    level: int = 0
    asked: Sequence[str] = ()
    spoken: Sequence[UUID] = ()
    due_at: datetime | None = None
    ended_at: datetime | None = None
    opinions: tuple[Opinion, ...] = ()

    @classmethod
    def start(
        cls, case: Case, process: Process, version: int, actor: Actor, at: datetime, events: Events
    ) -> tuple[Approval, Change]:
        """Ask for the first step. Whoever submits is an author from now on (S108)."""
        by, on_behalf_of = actor.signature
        approval = cls(
            id=new_id(),
            document_type=case.document_type,
            document_id=case.document_id,
            label=case.label,
            content_hash=case.content_hash,
            authors=tuple(dict.fromkeys((*case.authors, *actor.hands))),
            owner_id=case.owner_id,
            customer_id=case.customer_id,
            amount=case.amount,
            currency=case.currency,
            process_version=version,
            steps=process.steps_for(case),
            at_limit=process.at_limit,
            ladder=case.ladder or process.ladder,
            demanded=case.demanded,
            superiors=case.superiors,
            started_by=by,
            started_for=on_behalf_of,
            started_at=at,
        )
        approval._ask(at)
        if approval.due_at is not None and case.decide_by is not None and case.decide_by > at:
            approval.due_at = case.decide_by
        return approval, Change(events[Happening.STARTED])

    def decide(
        self,
        verdict: Verdict,
        comment: str | None,
        case: Case,
        actor: Actor,
        at: datetime,
        events: Events,
        voice: str | None = None,
    ) -> Change:
        """Speak in the present step. The last agreement that it needs leads to the next step, and
        after the last step to the approval; one other word ends it (S122, S220).

        Raises:
            ApprovalEnded, ApproverIsAuthor, SpokenAlready, ContentChanged: it is not for the actor,
                or not for what stands there now.
            NotAsked, AuthorityExceeded: somebody else is asked, or somebody with more authority.
        """
        self._require_decidable(case, actor)
        spoken = self._voice_of(actor, voice)
        self._note(verdict, comment, actor, at, spoken.name)
        self.spoken = tuple(dict.fromkeys((*self.spoken, *actor.hands)))
        if verdict in _ENDS:
            self._end(_ENDS[verdict], at)
        elif self._is_agreed:
            self._advance(at)
        else:
            self._tell_asked()
        return Change(events[Happening.DECIDED], self._last)

    def adjust(
        self,
        comment: str | None,
        before: Case,
        after: Case,
        actor: Actor,
        at: datetime,
        events: Events,
    ) -> Change:
        """Speak in the present step by changing the content; who does is an author from now on, and
        the following steps decide on what stands there then (S110).

        Raises:
            NotAdjustable: somebody agreed to the content as it was, or no step follows.
            ApprovalEnded, ApproverIsAuthor, SpokenAlready, ContentChanged, NotAsked: as in
                ``decide``.
        """
        if any(each.verdict in _AGREEING for each in self.opinions):
            raise NotAdjustable("Somebody agreed to the content already; return it for a change.")
        if self.is_last_step:
            raise NotAdjustable("Nobody is asked after this step; return it for a change.")
        change = self.decide(Verdict.ADJUST, comment, before, actor, at, events)
        self.content_hash = after.content_hash
        self.authors = tuple(dict.fromkeys((*self.authors, *actor.hands)))
        return change

    def comment(self, comment: str, actor: Actor, at: datetime, events: Events) -> Change:
        """Say something without deciding."""
        self._require_running()
        self._note(Verdict.COMMENT, comment, actor, at, None)
        return Change(events[Happening.COMMENTED], self._last)

    def withdraw(self, comment: str | None, actor: Actor, at: datetime, events: Events) -> Change:
        """Take back what was submitted; an author does."""
        self._require_running()
        if not set(self.authors).intersection(actor.hands):
            raise NotTheAuthor("Who wrote or submitted it takes it back.")
        if comment is not None:
            self._note(Verdict.COMMENT, comment, actor, at, None)
        self._end(Status.WITHDRAWN, at)
        return Change(events[Happening.WITHDRAWN])

    def end_with_document(self, at: datetime, events: Events) -> Change:
        """End because the document gave way to another, or is no more."""
        self._require_running()
        self._end(Status.WITHDRAWN, at)
        return Change(events[Happening.WITHDRAWN])

    def hand_over(self, owner_id: UUID, events: Events) -> Change:
        """Follow the document to another owner: those who see that one's things are asked (S04)."""
        self._require_running()
        self.owner_id = owner_id
        return Change(events[Happening.HANDED_OVER])

    def pass_limit(self, at: datetime, events: Events) -> Change:
        """The limit of the step has passed: ask one level higher, or lower for what has no amount;
        where there is none, remind (S46, S221)."""
        self._require_running()
        before = frozenset(self.asked)
        self.level += 1
        self._set_limit(at)
        self._tell_asked()
        if frozenset(self.asked) == before:
            self.level -= 1
            return Change(events[Happening.REMINDED])
        return Change(events[Happening.ESCALATED])

    @property
    def present(self) -> Step:
        """The step that is waited for, or was the last."""
        return self.steps[self.step]

    @property
    def is_last_step(self) -> bool:
        """Whether no other step follows."""
        return self.step == len(self.steps) - 1

    @property
    def waiting_for(self) -> tuple[str, ...]:
        """The voices that are outstanding in the present step."""
        return tuple(each.name for each in self._open) if self.status == Status.RUNNING else ()

    def require_content(self, case: Case) -> None:
        """Refuse what is not the content that was submitted."""
        if case.content_hash != self.content_hash:
            raise ContentChanged("The content differs from what was submitted.")

    @property
    def _last(self) -> dict[str, Any]:
        said = self.opinions[-1]
        return {"by": said.given_by, "on_behalf_of": said.given_for, "verdict": said.verdict}

    @property
    def _open(self) -> tuple[Voice, ...]:
        agreed = {
            each.voice
            for each in self.opinions
            if each.step == self.step and each.verdict in _AGREEING
        }
        return tuple(each for each in self.present.voices if each.name not in agreed)

    @property
    def _is_agreed(self) -> bool:
        return self.present.mode != Mode.ALL or not self._open

    def _advance(self, at: datetime) -> None:
        if self.is_last_step:
            self._end(Status.APPROVED, at)
            return
        self.step, self.level = self.step + 1, 0
        self._ask(at)

    def _ask(self, at: datetime) -> None:
        self._set_limit(at)
        self._tell_asked()

    def _set_limit(self, at: datetime) -> None:
        seconds = self.present.limit_seconds
        self.due_at = None if seconds is None else at + timedelta(seconds=seconds)

    def _tell_asked(self) -> None:
        keys = {key for voice in self._open for key in self._keys(voice)}
        self.asked = tuple(sorted(keys))

    def _keys(self, voice: Voice) -> frozenset[str]:
        own = voice.keys
        if voice.authority and self.demanded is not None:
            own |= {role_key(self.demanded)}
        above = superiors_asked(self.superiors, voice.superior, self.at_limit, self.level)
        own |= {person_key(each) for each in above}
        further = further_roles(self.ladder, own, self.at_limit, self.level)
        return own | {role_key(each) for each in further}

    def _voice_of(self, actor: Actor, name: str | None) -> Voice:
        wanted = [each for each in self._open if name in (None, each.name)]
        for voice in wanted:
            if self._may_speak(actor, voice):
                return voice
        if self.demanded is not None and any(each.authority for each in wanted):
            raise AuthorityExceeded.needs(self.demanded)
        raise NotAsked(f"The step {self.present.name} asks somebody else.")

    def _may_speak(self, actor: Actor, voice: Voice) -> bool:
        if voice.authority and self.demanded in self.ladder:
            enough = self.ladder[self.ladder.index(self.demanded) :]
            if not actor.roles.isdisjoint(enough):
                return True
        return not self._keys(voice).isdisjoint(keys_of(actor))

    def _require_decidable(self, case: Case, actor: Actor) -> None:
        self._require_running()
        self._require_stranger(case, actor)
        if set(self.spoken).intersection(actor.hands):
            raise SpokenAlready("Who gave an opinion in an approval gives no other.")
        self.require_content(case)
        self.demanded, self.ladder = case.demanded, case.ladder or self.ladder

    def _require_stranger(self, case: Case, actor: Actor) -> None:
        if {*self.authors, *case.authors}.intersection(actor.hands):
            raise ApproverIsAuthor("Somebody who did not write or submit it must decide.")

    def _require_running(self) -> None:
        if self.status != Status.RUNNING:
            raise ApprovalEnded(f"It is {self.status}.")

    def _note(
        self, verdict: Verdict, comment: str | None, actor: Actor, at: datetime, voice: str | None
    ) -> None:
        by, on_behalf_of = actor.signature
        said = Opinion(
            id=new_id(),
            step=self.step,
            step_name=self.present.name,
            voice=voice,
            verdict=verdict,
            comment=comment,
            given_by=by,
            given_for=on_behalf_of,
            given_at=at,
        )
        self.opinions = (*self.opinions, said)

    def _end(self, status: Status, at: datetime) -> None:
        self.status, self.asked, self.due_at, self.ended_at = status, (), None, at
