"""Asks a service what its document describes, as people of each role."""

from __future__ import annotations

import httpx

from shared.domain.ids import new_id
from tests.matrix.oracle.words import EVERY_ROLE, PORTAL
from tests.support.operations import Operation, operations
from tests.support.portal import signed_in
from tests.support.services import ServiceUnderTest

#: Nobody: no token at all.
NOBODY = ""
#: The customer of those who call in the role of customers.
CUSTOMER = new_id()
#: In a fixed order, so that a failure is the same the next time.
CALLERS = (*sorted(EVERY_ROLE), NOBODY)
#: What tests report of themselves: how many operations there are, and how often they were called.
OPERATIONS, CALLS = "operations of the matrix", "calls of the matrix"


def described(service: ServiceUnderTest) -> dict[str, Operation]:
    """All operations of a service, by method and path."""
    document = service.app.openapi()
    return {str(each): each for each in operations(service.service.name, document)}


def caller(service: ServiceUnderTest, role: str, name: str = "") -> httpx.AsyncClient:
    """Somebody with one role, or nobody. In the role of customers, somebody of one."""
    if role == PORTAL:
        return signed_in(service, name or PORTAL, CUSTOMER)
    return service.client(role, name=name) if role else service.anonymous()


def refusal(answer: httpx.Response) -> str:
    """The code of a refusal, empty for an answer that is none."""
    if answer.is_success or "json" not in answer.headers.get("content-type", ""):
        return ""
    return str(answer.json().get("code") or answer.json().get("error"))
