"""Builders for amendments of contracts: proposed by the desk, decided on the work list."""

from __future__ import annotations

from typing import Any

import httpx

from tests.support.order import SELLER, Body, done, read, send
from tests.support.services import ServiceUnderTest

BOSS = "general_manager"


def kept(contract: Body, quantity: str | None = None, place: int = 0) -> Body:
    """A line of the contract as it is, or with another quantity."""
    line = contract["lines"][place]
    return {"contract_line_id": line["id"], "quantity": quantity or line["quantity"]}


async def try_to_propose(
    service: ServiceUnderTest, contract: Body, role: str = SELLER, *, name: str = "", **body: Any
) -> httpx.Response:
    """An attempt to propose an amendment of a contract as it was seen."""
    proposal = {"kind": "change", "reason": "客户要求"} | body
    path = f"contracts/{contract['id']}/amendments"
    return await send(service, role, path, proposal, seen=contract, name=name)


async def proposed(service: ServiceUnderTest, contract: Body, **body: Any) -> Body:
    """An amendment that waits for its approval."""
    answer = await try_to_propose(service, contract, **body)
    assert answer.status_code == 201, answer.text
    found: Body = answer.json()
    return found


async def approval_of(service: ServiceUnderTest, document: Body) -> Body:
    """The newest approval of a document."""
    found = await read(service, f"approvals/order?document_id={document['id']}")
    return await read(service, f"approvals/order/{found['items'][0]['id']}")


async def try_to_decide(
    service: ServiceUnderTest,
    document: Body,
    step: str = "approve",
    role: str = BOSS,
    *,
    name: str = "",
    **body: Any,
) -> httpx.Response:
    """An attempt to speak in the approval that a document waits for."""
    approval = await approval_of(service, document)
    path = f"approvals/order/{approval['id']}/{step}"
    return await send(service, role, path, body, seen=approval, name=name)


async def decided(
    service: ServiceUnderTest, document: Body, step: str = "approve", role: str = BOSS, **body: Any
) -> Body:
    """The approval after somebody spoke in it."""
    answer = await try_to_decide(service, document, step, role, **body)
    assert answer.status_code == 200, answer.text
    found: Body = answer.json()
    return found


async def amended(service: ServiceUnderTest, contract: Body, **body: Any) -> Body:
    """The contract after the general manager approved an amendment."""
    await decided(service, await proposed(service, contract, **body))
    return await contract_now(service, contract)


async def contract_now(service: ServiceUnderTest, contract: Body) -> Body:
    """A contract as it is now."""
    return await read(service, f"contracts/{contract['id']}")


async def terminated(service: ServiceUnderTest, contract: Body) -> Body:
    """The contract after the general manager approved its end."""
    return await amended(service, contract, kind="termination", reason="客户违约")


async def adopt(service: ServiceUnderTest, document_type: str, **body: Any) -> Body:
    """Put another process in force."""
    path = f"approvals/order/processes/{document_type}"
    present = await read(service, path)
    return await done(service, "administrator", path, body, seen=present, method="PUT")
