"""Approvals and process definitions in PostgreSQL, and what waits for whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert

from shared.approvals.asking import keys_of
from shared.approvals.definition import Process, person_key
from shared.approvals.model import Approval, Opinion, Status
from shared.approvals.table import approval_tables
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Children, Repository
from shared.db.unit_of_work import UnitOfWork
from shared.domain.actor import Actor
from shared.domain.aggregate import Change
from shared.domain.errors import NotFound
from shared.domain.scope import Scope
from shared.events.payload import Payload
from shared.events.values import Money

_approvals, _opinions, _processes, _versions = approval_tables(sa.MetaData())

SORTS = {
    "started": Sort(_approvals.c.id, UUID),
    "-started": Sort(_approvals.c.id, UUID, descending=True),
}


def payload(approval: Approval, change: Change) -> Payload:
    """Return the event of a change; what people said stays at home."""
    amount = None
    if approval.amount is not None and approval.currency is not None:
        amount = Money(amount=approval.amount, currency=approval.currency)
    return change.event(
        approval_id=approval.id,
        document_type=approval.document_type,
        document_id=approval.document_id,
        label=approval.label,
        customer_id=approval.customer_id,
        owner_id=approval.owner_id,
        author_id=approval.authors[0],
        amount=amount,
        content_hash=approval.content_hash,
        process_version=approval.process_version,
        status=approval.status,
        step=approval.present.name,
        level=approval.level,
        asked=tuple(approval.asked),
        due_at=approval.due_at,
        **change.detail,
    )


@dataclass(frozen=True, slots=True)
class ApprovalFilter:
    """What a list of approvals is narrowed by; None means any."""

    document_type: str | None = None
    document_id: UUID | None = None
    status: str | None = None
    customer_id: UUID | None = None


class Approvals(Repository[Approval]):
    """The approvals of one service."""

    kind = Approval
    table = _approvals
    noun = "approval"
    children = (Children("opinions", Opinion, _opinions, "approval_id"),)
    payload = staticmethod(payload)

    async def running(
        self, conn: Connection, document_type: str, document_id: UUID, *, lock: bool = False
    ) -> Approval | None:
        """Return the approval that a document waits for."""
        return await self.find(
            conn,
            _approvals.c.document_type == document_type,
            _approvals.c.document_id == document_id,
            _approvals.c.status == Status.RUNNING.value,
            lock=lock,
        )

    async def to_follow(
        self,
        uow: UnitOfWork,
        *,
        customer_id: UUID | None,
        owner_id: UUID | None,
        kinds: Collection[str] | None,
    ) -> list[Approval]:
        """Lock and return what waits for a decision, narrowed by what is not None."""
        wanted = self.query().where(_approvals.c.status == Status.RUNNING.value)
        for column, value in (("customer_id", customer_id), ("owner_id", owner_id)):
            if value is not None:
                wanted = wanted.where(_approvals.c[column] == value)
        if kinds is not None:
            wanted = wanted.where(_approvals.c.document_type.in_(kinds))
        return await self.select(uow.conn, wanted, lock=True)

    async def of_document(
        self, conn: Connection, document_type: str, document_id: UUID
    ) -> list[Approval]:
        """Return all approvals of a document, oldest first."""
        mine = self.query().where(
            _approvals.c.document_type == document_type, _approvals.c.document_id == document_id
        )
        return await self.select(conn, mine.order_by(_approvals.c.id))

    async def seen(self, conn: Connection, actor: Actor, approval_id: UUID) -> Approval:
        """Return an approval of what the actor sees, or is asked about by name.

        Raises:
            NotFound: there is none, or it is hidden.
        """
        found = await self.get(conn, approval_id)
        named = person_key(actor.stands_for) in found.asked
        if not conn.scope.sees(found.owner_id) and not named:
            raise NotFound.of(self.noun, approval_id)
        return found

    async def page(
        self, conn: Connection, actor: Actor, wanted: ApprovalFilter, request: PageRequest
    ) -> Page:
        """Return one page of the approvals that the actor sees."""
        query = sa.select(*_approvals.c).where(_visible(actor, conn.scope))
        for name in ApprovalFilter.__slots__:
            if (value := getattr(wanted, name)) is not None:
                query = query.where(_approvals.c[name] == value)
        return await fetch_page(conn, query, request, sorts=SORTS, key=_approvals.c.id)

    async def waiting(self, conn: Connection, actor: Actor, request: PageRequest) -> Page:
        """Return one page of what waits for the actor (S220)."""
        query = sa.select(*_approvals.c).where(
            _approvals.c.status == Status.RUNNING.value,
            _approvals.c.asked.overlap(_texts(keys_of(actor))),
            sa.not_(_approvals.c.authors.overlap(_ids(actor.hands))),
            sa.not_(_approvals.c.spoken.overlap(_ids(actor.hands))),
            _visible(actor, conn.scope),
        )
        return await fetch_page(conn, query, request, sorts=SORTS, key=_approvals.c.id)


@dataclass(frozen=True, slots=True)
class Adopted:
    """A version of a definition; ``by`` is None for what is shipped."""

    document_type: str
    version: int
    process: Process
    by: UUID | None = None
    at: datetime | None = None


async def newest_process(conn: Connection, document_type: str) -> Adopted | None:
    """Return the version in force; None when nobody used or adopted one yet."""
    return await process_version(conn, document_type, None)


async def process_version(
    conn: Connection, document_type: str, version: int | None
) -> Adopted | None:
    """Return a version, or the newest."""
    query = sa.select(_versions).where(_versions.c.document_type == document_type)
    if version is not None:
        query = query.where(_versions.c.version == version)
    row = (await conn.execute(query.order_by(_versions.c.version.desc()).limit(1))).one_or_none()
    return None if row is None else Adopted(row[0], row[1], row[2], row[3], row[4])


async def store_process(uow: UnitOfWork, service: str, adopted: Adopted) -> UUID | None:
    """Store a version; return the id of the process, or None if the version is taken."""
    statement = insert(_versions).values(
        document_type=adopted.document_type,
        version=adopted.version,
        content=adopted.process,
        adopted_by=uow.actor.id,
        adopted_at=uow.now,
    )
    if (await uow.conn.execute(statement.on_conflict_do_nothing())).rowcount != 1:
        return None
    head = uuid5(NAMESPACE_OID, f"kehu/{service}/process/{adopted.document_type}")
    count = insert(_processes).values(
        id=head, version=adopted.version, document_type=adopted.document_type
    )
    await uow.conn.execute(
        count.on_conflict_do_update(
            index_elements=[_processes.c.id], set_={"version": adopted.version}
        )
    )
    return head


def _visible(actor: Actor, scope: Scope) -> sa.ColumnElement[bool]:
    if scope.owners is None:
        return sa.true()
    named = _approvals.c.asked.overlap(_texts([person_key(actor.stands_for)]))
    return sa.or_(_approvals.c.owner_id == sa.any_(_ids(scope.owners)), named)


def _texts(values: Any) -> Any:
    return sa.literal(sorted(values), ARRAY(sa.Text))


def _ids(values: Any) -> Any:
    return sa.literal(list(values), ARRAY(sa.Uuid))
