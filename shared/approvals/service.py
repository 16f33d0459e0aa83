"""Use cases of approvals, shared by all services that have them.

A decision locks the document first, then its approval: an edit and a decision never both win.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.approvals.definition import Case, Known, Process
from shared.approvals.errors import ApprovalEnded, NotReturnable
from shared.approvals.model import Approval, Events, Status, Verdict
from shared.approvals.repository import (
    Adopted,
    Approvals,
    newest_process,
    store_process,
)
from shared.audit.changes import as_json
from shared.auth.permissions import ALL
from shared.db.driver import Connection
from shared.db.unit_of_work import UnitOfWork
from shared.deadlines.runner import Deadline, DeadlineHandler
from shared.deadlines.schedule import cancel, schedule
from shared.domain.aggregate import Aggregate, Change
from shared.domain.errors import StaleVersion
from shared.events.payload import Payload

approvals = Approvals()
LIMIT = "approval.limit"


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of document that is approved. ``permission`` is what a decision needs besides being
    asked; ``decided`` lets the document follow what was said. One that is not ``returnable`` goes
    back to nobody: it is neither returned nor withdrawn."""

    kind: str
    shipped: Process
    permission: Callable[[Approval], str]
    lock: Callable[[UnitOfWork, UUID], Awaitable[Any]]
    case: Callable[[UnitOfWork, Any], Awaitable[Case]]
    decided: Callable[[UnitOfWork, Any, Approval], Awaitable[None]]
    attributes: frozenset[str] = frozenset()
    has_amount: bool = True
    needs_authority: bool = False
    has_superiors: bool = False
    returnable: bool = True

    def require_returnable(self) -> None:
        """Refuse to give back what nobody could change and submit again."""
        if not self.returnable:
            raise NotReturnable(f"A {self.kind} is approved or rejected.")


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody says, for one ``voice`` of the step or the first that is the actor's."""

    verdict: Verdict
    comment: str | None = None
    voice: str | None = None


@dataclass(frozen=True, slots=True)
class Adopt:
    """Put a definition in force; ``roles`` are those that may decide, and ``people`` those whom it
    names and who work here. No step has a limit shorter than ``least_limit`` seconds."""

    document_type: str
    process: Process
    expected: int | None
    roles: frozenset[str]
    people: frozenset[UUID]
    least_limit: int


@dataclass(frozen=True)
class Engine:
    """The approvals of one service, and the events they are told by."""

    service: str
    events: Events
    adopted: type[Payload]

    async def start(self, uow: UnitOfWork, subject: Subject, document: Any) -> Approval:
        """Start the approval of a document by the definition in force (S219)."""
        case = await subject.case(uow, document)
        found = await self._pinned(uow, subject)
        approval, change = Approval.start(
            case, found.process, found.version, uow.actor, uow.now, self.events
        )
        await approvals.add(uow, approval, change)
        await _follow_limit(uow, approval)
        return approval

    async def speak(
        self, uow: UnitOfWork, subject: Subject, document: Any, document_id: UUID, said: Decision
    ) -> Approval:
        """Speak in the approval a locked document waits for; the document follows (S108, S122)."""
        approval = await self._waiting(uow, subject, document_id)
        await self.decide(uow, subject, document, approval, said)
        return approval

    async def decide(
        self, uow: UnitOfWork, subject: Subject, document: Any, approval: Approval, said: Decision
    ) -> None:
        """Speak in a locked approval of a locked document; the document follows (S108, S220)."""
        if said.verdict == Verdict.RETURN:
            subject.require_returnable()
        case = await subject.case(uow, document)
        change = approval.decide(
            said.verdict, said.comment, case, uow.actor, uow.now, self.events, said.voice
        )
        await self._save(uow, approval, change)
        await subject.decided(uow, document, approval)

    async def adjust(
        self, uow: UnitOfWork, subject: Subject, document: Any, before: Case, comment: str | None
    ) -> Approval:
        """Speak in the approval of a locked document whose content was changed for it; ``before``
        is what it was (S110)."""
        approval = await self._waiting(uow, subject, before.document_id)
        after = await subject.case(uow, document)
        change = approval.adjust(comment, before, after, uow.actor, uow.now, self.events)
        await self._save(uow, approval, change)
        await subject.decided(uow, document, approval)
        return approval

    async def withdraw(
        self,
        uow: UnitOfWork,
        subject: Subject,
        document: Any,
        approval: Approval,
        comment: str | None,
    ) -> None:
        """Take back a locked document from its locked approval; the document follows (S219)."""
        subject.require_returnable()
        change = approval.withdraw(comment, uow.actor, uow.now, self.events)
        await self._save(uow, approval, change)
        await subject.decided(uow, document, approval)

    async def comment(self, uow: UnitOfWork, approval: Approval, comment: str) -> None:
        """Say something in a locked approval without deciding (S122)."""
        await self._save(uow, approval, approval.comment(comment, uow.actor, uow.now, self.events))

    async def end_with_document(self, uow: UnitOfWork, subject: Subject, document_id: UUID) -> None:
        """End the approval a locked document waits for, if any: it gave way to another."""
        approval = await approvals.running(uow.conn, subject.kind, document_id, lock=True)
        if approval is not None:
            await self._save(uow, approval, approval.end_with_document(uow.now, self.events))

    async def hand_over(
        self,
        uow: UnitOfWork,
        owner_id: UUID,
        *,
        customer_id: UUID | None = None,
        previous: UUID | None = None,
        kinds: Collection[str] | None = None,
    ) -> None:
        """What waits for a decision follows its document to another owner: what is about a
        customer, was the ``previous`` owner's, is of some ``kinds``; None: any (S04)."""
        found = await approvals.to_follow(
            uow, customer_id=customer_id, owner_id=previous, kinds=kinds
        )
        for approval in found:
            await approvals.save(uow, approval, approval.hand_over(owner_id, self.events))

    async def pass_limit(self, uow: UnitOfWork, deadline: Deadline) -> None:
        """Ask higher or lower, or remind, when a step takes too long (S46, S221)."""
        approval = await approvals.get_for_update(uow, deadline.subject_id)
        if approval.status == Status.RUNNING and approval.due_at == deadline.due_at:
            await self._save(uow, approval, approval.pass_limit(uow.now, self.events))

    @property
    def deadlines(self) -> Mapping[str, DeadlineHandler]:
        """What a worker does when the limit of a step passes."""
        return {LIMIT: self.pass_limit}

    async def in_force(self, conn: Connection, subject: Subject) -> Adopted:
        """Return the definition in force."""
        found = await newest_process(conn, subject.kind)
        return found or Adopted(subject.kind, 1, subject.shipped)

    async def adopt(self, uow: UnitOfWork, subject: Subject, command: Adopt) -> Adopted:
        """Put another definition in force; what runs keeps its own (S219).

        Raises:
            InvalidProcess: its parts do not fit together.
            StaleVersion: the newest version is not ``expected``, or another is adopted now.
        """
        command.process.check(
            Known(
                command.roles,
                ALL.keys(),
                subject.attributes,
                subject.has_amount,
                subject.needs_authority,
                subject.has_superiors,
                command.people,
                command.least_limit,
            )
        )
        before = await self._pinned(uow, subject)
        if command.expected is not None and before.version != command.expected:
            raise StaleVersion(f"Version {before.version} is in force, not {command.expected}.")
        adopted = Adopted(subject.kind, before.version + 1, command.process, uow.actor.id, uow.now)
        if not await self._store(uow, adopted, before.process):
            raise StaleVersion(f"Somebody else adopts version {adopted.version} at this moment.")
        return adopted

    async def _pinned(self, uow: UnitOfWork, subject: Subject) -> Adopted:
        """Return the definition in force, which has a row that approvals refer to."""
        found = await newest_process(uow.conn, subject.kind)
        if found is not None:
            return found
        shipped = Adopted(subject.kind, 1, subject.shipped, uow.actor.id, uow.now)
        if await self._store(uow, shipped, None):
            return shipped
        return await newest_process(uow.conn, subject.kind) or shipped

    async def _store(self, uow: UnitOfWork, adopted: Adopted, before: Process | None) -> bool:
        head = await store_process(uow, self.service, adopted)
        if head is None:
            return False
        told = self.adopted(
            process_id=head, document_type=adopted.document_type, routes=len(adopted.process.routes)
        )
        changes = as_json({"process": [before, adopted.process]})
        await uow.record(Aggregate(id=head, version=adopted.version), told, changes)
        return True

    async def _waiting(self, uow: UnitOfWork, subject: Subject, document_id: UUID) -> Approval:
        approval = await approvals.running(uow.conn, subject.kind, document_id, lock=True)
        if approval is None:
            raise ApprovalEnded(f"This {subject.kind} waits for no approval.")
        return approval

    async def _save(self, uow: UnitOfWork, approval: Approval, change: Change) -> None:
        await approvals.save(uow, approval, change)
        await _follow_limit(uow, approval)


async def _follow_limit(uow: UnitOfWork, approval: Approval) -> None:
    if approval.due_at is None:
        await cancel(uow, LIMIT, approval.id)
    else:
        await schedule(uow, LIMIT, approval.id, approval.due_at)
