"""``/internal/<service>``: what operators of a service look at and do, over HTTP.

Invariants as they hold now, and the events that are parked. Administrators only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter, Query
from pydantic import Field
from pydantic_core import from_json, to_json
from starlette.responses import Response

from shared.db.common_invariants import WHILE_RUNNING
from shared.db.invariants import violations
from shared.db.paging import Sort, fetch_page
from shared.domain.errors import NotFound
from shared.http.context import Context
from shared.http.fields import Input, Line, Output
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import StrictRoute
from shared.inbox import parked
from shared.inbox.arrival import Reason
from shared.inbox.inbox import Inbox
from shared.inbox.tables import inbox_tables
from shared.service import load

_parked = inbox_tables(sa.MetaData()).parked
_SORTS = {
    "parked": Sort(_parked.c.seq, int),
    "-parked": Sort(_parked.c.seq, int, descending=True),
}

#: Applying parked events is a transaction for each, so that no key or version can cover it.
_managing = writing("operations.manage", conditional=False)


class ViolationOut(Output):
    """A row that breaks a promise."""

    invariant: str
    promise: str
    row: dict[str, Any]


class InvariantsOut(Output):
    """How many promises were checked, and what breaks them: at most twenty rows of each."""

    checked: int
    violations: list[ViolationOut]


class ParkedSummary(Output):
    """A parked event in a list."""

    consumer: str
    event_id: UUID
    type: str | None
    topic: str
    partition: int
    offset: int
    aggregate_id: UUID | None
    aggregate_version: int | None
    reason: str
    error: str
    attempts: int
    parked_at: datetime
    resolved_at: datetime | None
    resolution: str | None


class ParkedOut(ParkedSummary):
    """A parked event with what it carries; ``original`` is what it carried before it was mended."""

    headers: dict[str, str]
    data: str
    original: dict[str, Any] | None
    resolved_by: str | None
    note: str | None

    @classmethod
    def of(cls, event: parked.ParkedEvent) -> ParkedOut:
        """Present a parked event."""
        shown = {name: getattr(event, name) for name in cls.model_fields}
        original = from_json(event.original) if event.original else None
        return cls(**shown | {"headers": from_json(event.headers), "original": original})


class Mended(Input):
    """What replaces the data or the headers of a parked event; left out: stays as it is."""

    data: dict[str, Any] | None = None
    headers: dict[str, Annotated[str, Field(max_length=2000)]] | None = None


class Dropped(Input):
    """Why the event is given up."""

    why: Line


class OutcomeOut(Output):
    """The events that were applied, in order, and the one that stopped the rest."""

    applied: list[UUID]
    failed: UUID | None
    error: str | None


def operations_router(service: str) -> APIRouter:
    """Return the router of one service; its operations are named after the service."""
    router = APIRouter(prefix=f"/internal/{service}", tags=["operations"], route_class=StrictRoute)
    event = "/parked/{consumer}/{event_id}"
    for path, method, endpoint, name, model in (
        ("/invariants", "GET", check_invariants, "check_{}_invariants", InvariantsOut),
        ("/parked", "GET", list_parked, "list_parked_{}_events", ListOf[ParkedSummary]),
        (event, "GET", get_parked, "get_parked_{}_event", ParkedOut),
        (f"{event}/retry", "POST", retry_parked, "retry_parked_{}_event", OutcomeOut),
        (f"{event}/mend", "POST", mend_parked, "mend_parked_{}_event", ParkedOut),
        (f"{event}/drop", "POST", drop_parked, "drop_parked_{}_event", OutcomeOut),
    ):
        router.add_api_route(
            path, endpoint, methods=[method], name=name.format(service), response_model=model
        )
    return router


async def check_invariants(read: Annotated[Read, reading("operations.read")]) -> Response:
    """Check every promise the service makes about its data, now."""
    promises = (*load(read.context.service).promises, *WHILE_RUNNING)
    async with read.connection() as conn:
        found = await violations(conn, promises)
    shown = [ViolationOut.model_validate(each) for each in found]
    return read.respond(InvariantsOut(checked=len(promises), violations=shown))


async def list_parked(
    read: Annotated[Read, reading("operations.read")],
    consumer: Annotated[str | None, Query(max_length=100)] = None,
    reason: Reason | None = None,
    resolved: bool = False,
    sort: str = "parked",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List events that could not be applied and wait, or that were dealt with.

    ``sort`` is parked (oldest first) or -parked.
    """
    columns = [_parked.c[name] for name in ParkedSummary.model_fields]
    query = sa.select(_parked.c.event_id.label("id"), *columns)
    is_open = _parked.c.resolved_at.is_(None)
    query = query.where(sa.not_(is_open) if resolved else is_open)
    if consumer is not None:
        query = query.where(_parked.c.consumer == consumer)
    if reason is not None:
        query = query.where(_parked.c.reason == reason)
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await fetch_page(conn, query, request, sorts=_SORTS, key=_parked.c.event_id)
    return respond_page(read, page, ParkedSummary)


async def get_parked(
    consumer: str, event_id: UUID, read: Annotated[Read, reading("operations.read")]
) -> Response:
    """Return a parked event with what it carries."""
    async with read.connection() as conn:
        return read.respond(ParkedOut.of(await parked.get(conn, consumer, event_id)))


async def retry_parked(
    consumer: str, event_id: UUID, write: Annotated[Write, _managing]
) -> Response:
    """Apply the parked events of this event's aggregate, oldest first, until one fails."""
    inbox = _inbox(write.context, consumer)
    return _outcome(write, await parked.retry(inbox, event_id, by=_by(write)))


async def mend_parked(
    consumer: str,
    event_id: UUID,
    body: Mended,
    write: Annotated[Write, _managing],
) -> Response:
    """Replace what is wrong with a parked event; the original is kept. Then retry it."""
    _inbox(write.context, consumer)
    data = None if body.data is None else to_json(body.data).decode()
    event = await parked.mend(
        write.context.db, consumer, event_id, data=data, headers=body.headers, by=_by(write)
    )
    return write.respond(ParkedOut.of(event))


async def drop_parked(
    consumer: str,
    event_id: UUID,
    body: Dropped,
    write: Annotated[Write, _managing],
) -> Response:
    """Give an event up for good, and apply those that only waited behind it."""
    inbox = _inbox(write.context, consumer)
    return _outcome(write, await parked.drop(inbox, event_id, by=_by(write), why=body.why))


def _inbox(context: Context, consumer: str) -> Inbox:
    for each in load(context.service).consumers:
        if each.name == consumer:
            return Inbox(context.db, each)
    raise NotFound.of("consumer", consumer)


def _by(write: Write) -> str:
    return f"{write.actor.name} ({write.actor.id})"


def _outcome(write: Write, outcome: parked.Outcome) -> Response:
    return write.respond(OutcomeOut.model_validate(outcome))
