"""``/v1/approvals/<service>``: what waits for whom, decisions, and the definitions of processes."""

# No ``from __future__ import annotations``: the parameters of the operations depend on the service.

from typing import Annotated, Any, Literal
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter, Query
from starlette.responses import Response

from shared.approvals.definition import Process
from shared.approvals.desk import Comment, Decide, Desk, Withdraw
from shared.approvals.model import Status, Verdict
from shared.approvals.repository import ApprovalFilter
from shared.approvals.schemas import (
    ApprovalOut,
    ApprovalSummary,
    OpinionIn,
    ProcessIn,
    ProcessOut,
    ReasonIn,
    WithdrawIn,
)
from shared.approvals.service import Adopt, Decision, approvals
from shared.http.fields import Digits
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import StrictRoute

Reading = Annotated[Read, reading("approval.read")]
DECIDE = "approval.decide"
Deciding = Annotated[Write, writing(DECIDE, if_match=True)]


def approval_router(desk: Desk, staff: sa.Table) -> APIRouter:
    """Return the router of one service; its operations are named after the service. ``staff`` is
    its table or replica of who works here."""
    service = desk.engine.service
    router = APIRouter(
        prefix=f"/v1/approvals/{service}",
        tags=["approvals"],
        route_class=StrictRoute,
        generate_unique_id_function=lambda route: f"{service}_{route.name}",
    )
    _add_processes(router, desk, staff)
    _add_reading(router, desk)
    _add_deciding(router, desk)
    return router


def _add_processes(router: APIRouter, desk: Desk, staff: sa.Table) -> None:
    document_types: Any = Literal[tuple(desk.subjects)]

    @router.get("/processes/{document_type}", response_model=ProcessOut)
    async def get_process(
        document_type: document_types,
        read: Reading,
        version: Annotated[int | None, Query(ge=1, le=2**31 - 1), Digits] = None,
    ) -> Response:
        """Return the definition in force for a kind of document, or an older ``version``."""
        async with read.connection() as conn:
            found = await desk.process(conn, document_type, version)
        return read.respond(ProcessOut.of(found))

    @router.put("/processes/{document_type}", response_model=ProcessOut)
    async def adopt_process(
        document_type: document_types,
        body: ProcessIn,
        write: Annotated[Write, writing("process.manage", if_match=True)],
    ) -> Response:
        """Put another definition in force, of steps that ask people who work here and roles that
        may decide. What runs already keeps the one it began with."""
        process = body.process()
        people = await _who_work_here(write, staff, process)
        command = Adopt(
            document_type,
            process,
            write.expected,
            await _deciding(write),
            people,
            write.context.settings.approval_limit_seconds,
        )
        return await write(command, desk.adopt, ProcessOut.of)


async def _deciding(write: Write) -> frozenset[str]:
    """Return the roles that may decide, as they are now."""
    grants = write.context.tokens.grants
    grants.forget()
    held = (await grants.table()).by_role
    return frozenset(role for role, permissions in held.items() if DECIDE in permissions)


async def _who_work_here(write: Write, staff: sa.Table, process: Process) -> frozenset[UUID]:
    named = sa.bindparam("named", process.people, type_=sa.ARRAY(sa.Uuid))
    query = sa.select(staff.c.id).where(staff.c.id == sa.any_(named), staff.c.status != "left")
    async with write.connection() as conn:
        return frozenset((await conn.execute(query)).scalars())


def _add_reading(router: APIRouter, desk: Desk) -> None:
    document_types: Any = Literal[tuple(desk.subjects)]

    @router.get("/waiting", response_model=ListOf[ApprovalSummary])
    async def list_waiting_approvals(
        read: Reading,
        sort: str = "started",
        page_size: PageSize = 50,
        page_token: PageToken = None,
    ) -> Response:
        """List what waits for the caller, oldest first; ``sort`` is started or -started."""
        request = page_request(read, page_size, page_token, sort)
        async with read.connection() as conn:
            page = await approvals.waiting(conn, read.actor, request)
        return respond_page(read, page, ApprovalSummary, ApprovalSummary.of_row)

    @router.get("/{approval_id}", response_model=ApprovalOut)
    async def get_approval(approval_id: UUID, read: Reading) -> Response:
        """Return an approval with its steps and every opinion."""
        async with read.connection() as conn:
            found = await approvals.seen(conn, read.actor, approval_id)
        return read.respond(ApprovalOut.of(found))

    @router.get("", response_model=ListOf[ApprovalSummary])
    async def list_approvals(
        read: Reading,
        document_type: document_types | None = None,
        document_id: UUID | None = None,
        status: Status | None = None,
        customer_id: UUID | None = None,
        sort: str = "-started",
        page_size: PageSize = 50,
        page_token: PageToken = None,
    ) -> Response:
        """List approvals, newest first; ``sort`` is started or -started."""
        wanted = ApprovalFilter(document_type, document_id, status, customer_id)
        request = page_request(read, page_size, page_token, sort)
        async with read.connection() as conn:
            page = await approvals.page(conn, read.actor, wanted, request)
        return respond_page(read, page, ApprovalSummary, ApprovalSummary.of_row)


def _add_deciding(router: APIRouter, desk: Desk) -> None:
    @router.post("/{approval_id}/approve", response_model=ApprovalOut)
    async def approve(approval_id: UUID, body: OpinionIn, write: Deciding) -> Response:
        """Agree in the present step; the last step approves the document."""
        said = Decision(Verdict.APPROVE, body.comment, body.voice)
        return await write(Decide(approval_id, write.expected, said), desk.decide, ApprovalOut.of)

    @router.post("/{approval_id}/reject", response_model=ApprovalOut)
    async def reject(approval_id: UUID, body: ReasonIn, write: Deciding) -> Response:
        """Refuse, with the reason; the document is rejected."""
        said = Decision(Verdict.REJECT, body.comment)
        return await write(Decide(approval_id, write.expected, said), desk.decide, ApprovalOut.of)

    @router.post("/{approval_id}/return", response_model=ApprovalOut)
    async def return_for_change(approval_id: UUID, body: ReasonIn, write: Deciding) -> Response:
        """Give the document back to its authors, with what should be different."""
        said = Decision(Verdict.RETURN, body.comment)
        return await write(Decide(approval_id, write.expected, said), desk.decide, ApprovalOut.of)

    @router.post("/{approval_id}/comment", response_model=ApprovalOut)
    async def comment(
        approval_id: UUID,
        body: ReasonIn,
        write: Annotated[Write, writing("approval.read")],
    ) -> Response:
        """Say something without deciding."""
        command = Comment(approval_id, write.expected, body.comment)
        return await write(command, desk.comment, ApprovalOut.of)

    @router.post("/{approval_id}/withdraw", response_model=ApprovalOut)
    async def withdraw(
        approval_id: UUID,
        body: WithdrawIn,
        write: Annotated[Write, writing("approval.read", if_match=True)],
    ) -> Response:
        """Take back what one wrote or submitted, before it is decided."""
        command = Withdraw(approval_id, write.expected, body.comment)
        return await write(command, desk.withdraw, ApprovalOut.of)
