"""The work list of approvals over HTTP: what somebody says there, by the id of the approval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared.approvals.model import Approval
from shared.approvals.repository import Adopted, process_version
from shared.approvals.service import Adopt, Decision, Engine, Subject, approvals
from shared.db.driver import Connection
from shared.db.unit_of_work import UnitOfWork
from shared.domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class Decide:
    """Speak in an approval, if it is still at version ``expected``."""

    approval_id: UUID
    expected: int | None
    decision: Decision


@dataclass(frozen=True, slots=True)
class Comment:
    """Say something without deciding."""

    approval_id: UUID
    expected: int | None
    comment: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take back what was submitted."""

    approval_id: UUID
    expected: int | None
    comment: str | None


@dataclass(frozen=True)
class Desk:
    """The approvals of one service over HTTP: of which kinds of documents."""

    engine: Engine
    subjects: Mapping[str, Subject] = field(default_factory=dict)

    async def decide(self, uow: UnitOfWork, command: Decide) -> Approval:
        """Speak in an approval of the work list; its document follows (S108, S122, S220)."""
        subject, document, approval = await self._locked(
            uow, command.approval_id, command.expected, deciding=True
        )
        await self.engine.decide(uow, subject, document, approval, command.decision)
        return approval

    async def withdraw(self, uow: UnitOfWork, command: Withdraw) -> Approval:
        """Take back what one submitted (S219)."""
        subject, document, approval = await self._locked(
            uow, command.approval_id, command.expected, deciding=False
        )
        await self.engine.withdraw(uow, subject, document, approval, command.comment)
        return approval

    async def comment(self, uow: UnitOfWork, command: Comment) -> Approval:
        """Say something without deciding (S122)."""
        await approvals.seen(uow.conn, uow.actor, command.approval_id)
        approval = await approvals.get_for_update(uow, command.approval_id, command.expected)
        await self.engine.comment(uow, approval, command.comment)
        return approval

    async def adopt(self, uow: UnitOfWork, command: Adopt) -> Adopted:
        """Put another definition in force (S219)."""
        return await self.engine.adopt(uow, self.subjects[command.document_type], command)

    async def process(self, conn: Connection, document_type: str, version: int | None) -> Adopted:
        """Return the definition in force, or an older one.

        Raises:
            NotFound: there is no such version.
        """
        present = await self.engine.in_force(conn, self.subjects[document_type])
        if version in (None, present.version):
            return present
        found = await process_version(conn, document_type, version)
        if found is None:
            raise NotFound.of("version", version)
        return found

    async def _locked(
        self, uow: UnitOfWork, approval_id: UUID, expected: int | None, *, deciding: bool
    ) -> tuple[Subject, Any, Approval]:
        found = await approvals.seen(uow.conn, uow.actor, approval_id)
        subject = self.subjects[found.document_type]
        if deciding:
            uow.actor.require(subject.permission(found))
        with uow.conn.seeing_everything():  # who is asked by name may not see it otherwise
            document = await subject.lock(uow, found.document_id)
        return subject, document, await approvals.get_for_update(uow, approval_id, expected)
