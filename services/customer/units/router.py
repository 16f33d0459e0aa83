"""``/v1/units``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from services.customer.units import service
from services.customer.units.model import UnitKind, UnitStatus
from services.customer.units.repository import UnitFilter
from services.customer.units.schemas import MoveIn, TreeOut, UnitIn, UnitOut, UnitPatch
from services.customer.units.service import CloseUnit
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("units")


@router.get("/units/tree", response_model=TreeOut)
async def get_tree_of_units(read: Annotated[Read, reading("unit.read")]) -> Response:
    """Return all open units as the tree they are, the company at its root."""
    async with read.connection() as conn:
        found = await service.units.open_ones(conn)
    return read.respond(TreeOut.of(found))


@router.get("/units/{unit_id}", response_model=UnitOut)
async def get_unit(unit_id: UUID, read: Annotated[Read, reading("unit.read")]) -> Response:
    """Return a unit."""
    async with read.connection() as conn:
        unit = await service.units.get(conn, unit_id)
    return read.respond(UnitOut.of(unit))


@router.get("/units", response_model=ListOf[UnitOut])
async def list_units(
    read: Annotated[Read, reading("unit.read")],
    parent_id: UUID | None = None,
    kind: UnitKind | None = None,
    status: UnitStatus | None = None,
    sort: str = "code",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List the units of the company; ``sort`` is code or name."""
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await service.units.page(conn, UnitFilter(parent_id, kind, status), request)
    return respond_page(read, page, UnitOut)


@router.post("/units", response_model=UnitOut, status_code=201)
async def open_unit(body: UnitIn, write: Annotated[Write, writing("unit.manage")]) -> Response:
    """Open a unit below another of a higher kind."""
    return await write(body.command(), service.open_unit, UnitOut.of, status=201)


@router.patch("/units/{unit_id}", response_model=UnitOut)
async def change_unit(
    unit_id: UUID,
    body: UnitPatch,
    write: Annotated[Write, writing("unit.manage", if_match=True)],
) -> Response:
    """Change name or manager. Who works in a department or branch that gets another name, or below
    it, signs in anew."""
    return await write(body.command(unit_id, write.expected), service.change_unit, UnitOut.of)


@router.post("/units/{unit_id}/move", response_model=UnitOut)
async def move_unit(
    unit_id: UUID,
    body: MoveIn,
    write: Annotated[Write, writing("unit.manage", if_match=True)],
) -> Response:
    """Put a unit below another; everything below it follows, at most 500 units at once."""
    return await write(body.command(unit_id, write.expected), service.move_unit, UnitOut.of)


@router.post("/units/{unit_id}/close", response_model=UnitOut)
async def close_unit(
    unit_id: UUID, write: Annotated[Write, writing("unit.manage", if_match=True)]
) -> Response:
    """Close a unit without open units below it and without people. Its code is not given again."""
    return await write(CloseUnit(unit_id, write.expected), service.close_unit, UnitOut.of)
