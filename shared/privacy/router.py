"""``/v1/personal-data/<service>``: all that a service holds about a person, given out at their
request."""

# No ``from __future__ import annotations``: the operations depend on the service.

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from shared.http.fields import Input, Line, Output
from shared.http.gates import Write, writing
from shared.http.routing import StrictRoute
from shared.privacy.places import Holdings
from shared.privacy.requests import Found, Request, give_out
from shared.privacy.subjects import Subject

EXPORT = "personal_data.export"


class SubjectIn(Input):
    """About whom, and why: the register keeps the reason."""

    subject_type: Subject
    subject_id: UUID
    reason: Line

    def request(self) -> Request:
        """Return what is asked for."""
        return Request(self.subject_type, self.subject_id, self.reason)


class FoundOut(Output):
    """What one table says about the person, a row for each."""

    table: str
    rows: list[dict[str, Any]]


class ExportOut(Output):
    """All that the service holds about the person; each of the services answers for its own."""

    service: str
    subject_type: Subject
    subject_id: UUID
    tables: list[FoundOut]


def personal_data_router(holdings: Holdings) -> APIRouter:
    """Return the router of one service; its operations are named after the service."""
    router = APIRouter(
        prefix=f"/v1/personal-data/{holdings.service}",
        tags=["personal data"],
        route_class=StrictRoute,
        generate_unique_id_function=lambda route: f"{holdings.service}_{route.name}",
    )

    # Not to be repeated by a key: what is given out is not kept a second time.
    @router.post("/export", response_model=ExportOut)
    async def export_personal_data(
        body: SubjectIn, write: Annotated[Write, writing(EXPORT, conditional=False)]
    ) -> Response:
        """Give out all that this service holds about a person: a contact, a member of staff, a user
        of the portal, or a customer who is a sole trader; nothing about somebody it does not know.
        The register notes it."""
        request = body.request()
        handle = partial(_give_out, holdings)
        return await write(request, handle, lambda found: _export(holdings, request, found))

    return router


async def _give_out(holdings: Holdings, uow: Any, request: Request) -> list[Found]:
    return await give_out(uow, holdings, request)


def _export(holdings: Holdings, request: Request, found: list[Found]) -> ExportOut:
    tables = [FoundOut(table=each.table, rows=list(each.rows)) for each in found]
    return ExportOut(
        service=holdings.service,
        subject_type=request.subject,
        subject_id=request.subject_id,
        tables=tables,
    )
