"""``/v1/audit/<service>``: who changed what in a service, and how far the chain of it reaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter, Query
from pydantic import Field
from pydantic_core import from_json
from starlette.responses import Response

from shared.audit import store
from shared.audit.labels import event_label, object_labels
from shared.audit.table import audit_tables
from shared.db.paging import Sort, fetch_page
from shared.http.fields import Moment, Output
from shared.http.gates import Read, reading
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import StrictRoute
from shared.service import load

_entries, _seals, _unsealed = audit_tables(sa.MetaData())
#: Ids are made in the order of time, and carry it.
_SORTS = {"-at": Sort(_entries.c.id, UUID, descending=True)}
_EQUAL = {
    "object_id": _entries.c.aggregate_id,
    "object_type": _entries.c.aggregate_type,
    "actor_id": _entries.c.actor_id,
    "request_id": _entries.c.request_id,
}


class ActorOut(Output):
    """A person or machine, as it was called then."""

    id: UUID
    name: str


class EventOut(Output):
    """What happened: the event's type, and in words."""

    type: str
    label: str


class ObjectOut(Output):
    """What it happened to, at the version after the change. ``label`` is its number or name."""

    type: str
    id: UUID
    version: int
    label: str | None


class ChangeOut(Output):
    """One field before and after; of lists of lines, those that differ. Private values are
    masked."""

    field: str
    before: Any
    after: Any


class AuditEntryOut(Output):
    """One committed change. ``id`` is that of its event."""

    id: UUID
    at: datetime
    actor: ActorOut
    on_behalf_of: ActorOut | None = Field(description="whose deputy the actor was")
    address: str | None = Field(description="of the network; null: from within")
    client: str | None = Field(description="kind of program, or the part of ours that acted")
    request_id: UUID
    trace_id: str | None
    event: EventOut
    object: ObjectOut
    changes: list[ChangeOut]

    @classmethod
    def of(cls, row: Mapping[str, Any], labels: Mapping[UUID, str]) -> AuditEntryOut:
        """Present an entry."""
        by, object_id = row["on_behalf_of"], row["aggregate_id"]
        changes = from_json(row["changes"])
        return cls(
            id=row["id"],
            at=row["at"],
            actor=ActorOut(id=row["actor_id"], name=row["actor_name"]),
            on_behalf_of=ActorOut(id=by, name=row["on_behalf_of_name"] or "") if by else None,
            address=row["address"],
            client=row["client"],
            request_id=row["request_id"],
            trace_id=row["trace_id"],
            event=EventOut(type=row["event_type"], label=event_label(row["event_type"])),
            object=ObjectOut(
                type=row["aggregate_type"],
                id=object_id,
                version=row["aggregate_version"],
                label=labels.get(object_id),
            ),
            changes=[
                ChangeOut(field=name, before=before, after=after)
                for name, (before, after) in changes.items()
            ],
        )


class AuditHeadOut(Output):
    """The newest seal: whoever keeps ``seq`` and ``hash`` can tell later that nothing before was
    rewritten. ``waiting`` entries have no seal yet."""

    seq: int
    hash: str = Field(description="SHA-256, hexadecimal; of an empty chain zeros")
    entry_id: UUID | None
    waiting: int


def audit_router(service: str) -> APIRouter:
    """Return the router of one service; its operations are named after the service."""
    router = APIRouter(prefix=f"/v1/audit/{service}", tags=["audit"], route_class=StrictRoute)
    for path, endpoint, name, model in (
        ("", list_entries, f"list_{service}_audit_entries", ListOf[AuditEntryOut]),
        ("/head", get_head, f"get_{service}_audit_head", AuditHeadOut),
    ):
        router.add_api_route(path, endpoint, name=name, response_model=model)
    return router


async def list_entries(
    read: Annotated[Read, reading("audit.read")],
    object_id: UUID | None = None,
    object_type: Annotated[str | None, Query(max_length=100)] = None,
    actor_id: UUID | None = None,
    request_id: UUID | None = None,
    from_: Annotated[Moment | None, Query(alias="from", description="first moment")] = None,
    to: Annotated[Moment | None, Query(description="the moment after the last")] = None,
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List the committed changes, newest first: of an object, by a person, of a request."""
    wanted = {
        "object_id": object_id,
        "object_type": object_type,
        "actor_id": actor_id,
        "request_id": request_id,
    }
    conditions = [_EQUAL[name] == value for name, value in wanted.items() if value is not None]
    query = sa.select(_entries).where(*conditions, *_between(from_, to))
    request = page_request(read, page_size, page_token, "-at")
    async with read.connection() as conn:
        page = await fetch_page(conn, query, request, sorts=_SORTS, key=_entries.c.id)
        named = ((row["aggregate_type"], row["aggregate_id"]) for row in page.rows)
        service = load(read.context.service)
        labels = await object_labels(conn, service.name, service.metadata, named)
    return respond_page(read, page, AuditEntryOut, lambda row: AuditEntryOut.of(row, labels))


async def get_head(read: Annotated[Read, reading("audit.read")]) -> Response:
    """Return the newest seal of the chain."""
    count = sa.select(sa.func.count()).select_from(_unsealed)
    async with read.connection() as conn:
        head = await store.head(conn.driver)
        waiting = await conn.scalar(count)
    body = AuditHeadOut(seq=head.seq, hash=head.hash.hex(), entry_id=head.entry_id, waiting=waiting)
    return read.respond(body)


def _between(first: datetime | None, end: datetime | None) -> Iterable[sa.ColumnElement[bool]]:
    if first is not None:
        yield _entries.c.at >= first
        # The id is made after the moment, and its index is the one the list is read by.
        yield _entries.c.id >= store.first_id_at(first)
    if end is not None:
        yield _entries.c.at < end
        yield _entries.c.id < store.last_id_at(end)
