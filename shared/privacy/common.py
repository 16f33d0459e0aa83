"""Places that services have in common: answers that are kept, parked events, the audit, papers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID

import sqlalchemy as sa

from shared.http.idempotency import GONE
from shared.privacy.places import Erasing, Place, by_any, by_id, kept
from shared.privacy.subjects import Subject

_EVIDENCE = "the network address of who acted, which the chain of the audit seals"
_GRANTED = "what was asked for and granted, as evidence"
_DECISION = "what was said when a document was decided on, kept with the document"

#: Papers of objects that are no people.
PAPERS = {
    f"{each}": "papers of a piece of business, kept with it"
    for each in ("document.title", "document.remark", "document_version.file_name")
}
#: Where nothing can be found by a person, in whatever service has it.
APART = {
    "import_chunk.data": "a file as it was sent, gone when it is read; nobody is erased meanwhile",
    "document_version.blob": "the key of a file",
    "staff.login_digest": "a hash, replaced with the login",
}


def answers(subject: Subject, metadata: sa.MetaData) -> Place:
    """Answers kept for repeated requests that name somebody. The key stays: a repeated request has
    no second effect, and is told that the answer is gone."""
    table = metadata.tables["idempotency_key"]
    return _answers(subject, table, partial(_mentions, table))


def answers_of_their_own(subject: Subject, metadata: sa.MetaData) -> Place:
    """The same, and all answers to somebody whose requests are about their own things: those need
    not name them."""
    table = metadata.tables["idempotency_key"]
    return _answers(
        subject, table, lambda id_: sa.or_(table.c.principal == id_, _mentions(table, id_))
    )


def _answers(
    subject: Subject, table: sa.Table, whose: Callable[[UUID], sa.ColumnElement[bool]]
) -> Place:
    return Place(
        subject,
        table,
        whose,
        ("body",),
        Erasing.BLANK,
        becomes={"body": b"", "headers": {}, "status": GONE},
    )


def _mentions(table: sa.Table, subject_id: UUID) -> sa.ColumnElement[bool]:
    return sa.func.strpos(sa.func.encode(table.c.body, "escape"), str(subject_id)) > 0


def parked(subject: Subject, metadata: sa.MetaData) -> Place:
    """Events about somebody that could not be applied. They may have to be applied yet, so their
    names are replaced (``shared/privacy/rewriting.py``) and the rest stays."""
    table = metadata.tables["parked"]
    columns = ("data", "original", "reason", "note")
    return Place(subject, table, by_id(table, "aggregate_id"), columns, Erasing.ITSELF)


def requests(metadata: sa.MetaData) -> Iterator[Place]:
    """What was given out and erased before, of anybody."""
    table = metadata.tables["subject_request"]
    for subject in Subject:
        yield kept(subject, table, "subject_id", "kind", "reason", "handled_at", why=_GRANTED)


def acting(subject: Subject, metadata: sa.MetaData) -> Iterator[Place]:
    """What the audit notes of somebody who acts."""
    entries = metadata.tables["audit_entry"]
    audited = partial(Place, subject, entries, distinct=True)
    by, for_ = by_id(entries, "actor_id"), by_id(entries, "on_behalf_of")
    yield audited(by, ("actor_name",), Erasing.LOG)
    yield audited(for_, ("on_behalf_of_name",), Erasing.LOG)
    yield audited(by, ("address",), Erasing.KEEP, _EVIDENCE)


def conduct(metadata: sa.MetaData, staff: sa.Table) -> Iterator[Place]:
    """What is noted of staff wherever they act: by the audit, by what they decided."""
    yield from acting(Subject.STAFF, metadata)
    events = metadata.tables["parked"]

    def named(subject_id: UUID) -> sa.ColumnElement[bool]:
        name = sa.select(staff.c.name).where(staff.c.id == subject_id).scalar_subquery()
        return events.c.resolved_by == name

    yield Place(Subject.STAFF, events, named, ("resolved_by",), Erasing.BLANK)
    if "approval_opinion" in metadata.tables:
        opinions = metadata.tables["approval_opinion"]
        mine = by_any(opinions, "given_by", "given_for")
        yield Place(Subject.STAFF, opinions, mine, ("comment",), Erasing.KEEP, _DECISION)


def imports(metadata: sa.MetaData) -> Iterator[Place]:
    """Who asked for imports, in whose name, and what they called the files."""
    jobs = metadata.tables["import_job"]
    mine = by_id(jobs, "requested_by")
    yield Place(Subject.STAFF, jobs, mine, ("file_name",), Erasing.BLANK)
    renamed = sa.func.jsonb_set(jobs.c.actor, ["name"], sa.func.to_jsonb(sa.literal("erased")))
    yield Place(Subject.STAFF, jobs, mine, ("actor",), Erasing.BLANK, becomes={"actor": renamed})
    theirs, path = by_id(jobs, "requested_for"), ["on_behalf_of", "name"]
    renamed = sa.func.jsonb_set(jobs.c.actor, path, sa.func.to_jsonb(sa.literal("erased")))
    yield Place(Subject.STAFF, jobs, theirs, ("actor",), Erasing.BLANK, becomes={"actor": renamed})


def papers(subject: Subject, metadata: sa.MetaData) -> Iterator[Place]:
    """Documents attached to somebody; their files go too."""
    documents, versions = metadata.tables["document"], metadata.tables["document_version"]

    def mine(subject_id: UUID) -> sa.ColumnElement[bool]:
        return (documents.c.object_type == subject) & (documents.c.object_id == subject_id)

    def of_mine(subject_id: UUID) -> sa.ColumnElement[bool]:
        return versions.c.document_id.in_(sa.select(documents.c.id).where(mine(subject_id)))

    yield Place(subject, documents, mine, ("title", "remark"), Erasing.ITSELF)
    yield Place(subject, versions, of_mine, ("file_name",), Erasing.ITSELF)
