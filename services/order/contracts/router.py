"""``/v1/contracts``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.order.contracts import revisions, service
from services.order.contracts.approval import show_opinions
from services.order.contracts.repository import ContractFilter
from services.order.contracts.schemas import (
    ContractIn,
    ContractOut,
    ContractPatch,
    ContractSummary,
    OpinionIn,
    ReasonIn,
    RevisionOut,
    SignatureIn,
)
from services.order.contracts.status import Status
from shared.auth.roles import Role
from shared.http.fields import Day
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("contracts")

Number = Annotated[str | None, Query(max_length=32)]


@router.get("/contracts/{contract_id}", response_model=ContractOut)
async def get_contract(
    contract_id: UUID, read: Annotated[Read, reading("contract.read")]
) -> Response:
    """Return a contract with its lines and every opinion given on it."""
    async with read.connection() as conn:
        contract = await show_opinions(conn, await service.contracts.get(conn, contract_id))
    return read.respond(ContractOut.of(contract))


@router.get("/contracts", response_model=ListOf[ContractSummary])
async def list_contracts(
    read: Annotated[Read, reading("contract.read")],
    status: Status | None = None,
    customer_id: UUID | None = None,
    owner_id: UUID | None = None,
    number: Number = None,
    signed_from: Day | None = None,
    signed_to: Day | None = None,
    required_role: Annotated[
        Role | None, Query(description="with status countersigned: whom they wait for")
    ] = None,
    sort: str = "-created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List the register, newest first; ``sort`` is created, -created or number."""
    wanted = ContractFilter(
        status, customer_id, owner_id, number, signed_from, signed_to, required_role
    )
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await service.contracts.page(conn, wanted, request)
    return respond_page(read, page, ContractSummary, ContractSummary.of_row)


@router.get("/contracts/{contract_id}/revisions", response_model=ListOf[RevisionOut])
async def list_contract_revisions(
    contract_id: UUID,
    read: Annotated[Read, reading("contract.read")],
    sort: str = "-revision",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List what was agreed before each amendment, newest first; ``sort`` is revision or -revision.
    What is agreed now stands in the contract."""
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        await service.contracts.get(conn, contract_id)
        page = await revisions.page(conn, contract_id, request)
    return respond_page(read, page, RevisionOut, RevisionOut.of_row)


@router.post("/contracts", response_model=ContractOut, status_code=201)
async def draft_contract(
    body: ContractIn, write: Annotated[Write, writing("contract.draft")]
) -> Response:
    """Draft a contract by hand. Accepted quotes of the contract_first type are drafted by
    themselves."""
    return await write(body.command(), service.draft_contract, ContractOut.of, status=201)


@router.patch("/contracts/{contract_id}", response_model=ContractOut)
async def change_contract(
    contract_id: UUID,
    body: ContractPatch,
    write: Annotated[Write, writing("contract.draft", if_match=True)],
) -> Response:
    """Change a draft; a rejected contract becomes a draft again. Lines of a quote stay."""
    command = body.command(contract_id, write.expected)
    return await write(command, service.change_contract, ContractOut.of)


@router.post("/contracts/{contract_id}/submit", response_model=ContractOut)
async def submit_contract(
    contract_id: UUID, write: Annotated[Write, writing("contract.draft", if_match=True)]
) -> Response:
    """Ask the departments for their opinion. The content is fixed from now on."""
    command = service.SubmitContract(contract_id, write.expected)
    return await write(command, service.submit_contract, ContractOut.of)


@router.post("/contracts/{contract_id}/countersign", response_model=ContractOut)
async def countersign_contract(
    contract_id: UUID,
    body: OpinionIn,
    write: Annotated[Write, writing("contract.countersign", if_match=True)],
) -> Response:
    """Give a department's opinion. One disagreement rejects, the last agreement completes."""
    command = body.command(contract_id, write.expected)
    return await write(command, service.countersign, ContractOut.of)


@router.post("/contracts/{contract_id}/approve", response_model=ContractOut)
async def approve_contract(
    contract_id: UUID, write: Annotated[Write, writing("contract.approve", if_match=True)]
) -> Response:
    """Approve what the departments agreed to; not the author, and with the authority that its
    discounts need."""
    command = service.ApproveContract(contract_id, write.expected)
    return await write(command, service.approve_contract, ContractOut.of)


@router.post("/contracts/{contract_id}/reject", response_model=ContractOut)
async def reject_contract(
    contract_id: UUID,
    body: ReasonIn,
    write: Annotated[Write, writing("contract.approve", if_match=True)],
) -> Response:
    """Refuse the approval, with the reason."""
    command = body.reject(contract_id, write.expected)
    return await write(command, service.reject_contract, ContractOut.of)


@router.post("/contracts/{contract_id}/sign", response_model=ContractOut)
async def sign_contract(
    contract_id: UUID,
    body: SignatureIn,
    write: Annotated[Write, writing("contract.sign", if_match=True)],
) -> Response:
    """Record that both sides signed; orders may be placed from now on."""
    command = body.command(contract_id, write.expected)
    return await write(command, service.sign_contract, ContractOut.of)


@router.post("/contracts/{contract_id}/complete", response_model=ContractOut)
async def complete_contract(
    contract_id: UUID, write: Annotated[Write, writing("contract.complete", if_match=True)]
) -> Response:
    """Note that everything under the contract is delivered, invoiced and paid."""
    command = service.CompleteContract(contract_id, write.expected)
    return await write(command, service.complete_contract, ContractOut.of)
