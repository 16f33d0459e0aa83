"""Who may call what: every operation of every service, as each of the sixteen roles and as nobody,
against the oracle (S214 to S217).

The gate of a route is its first check, before the path, the query and the body are looked at. So a
request that names nothing that exists, and sends no body, is refused with 401 or 403 by the gate or
by nobody: what the use case would say is never asked.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.domain.ids import new_id
from shared.events.customer import CustomerCreated
from shared.http.openapi import routes_with_gates
from shared.service import NAMES
from tests.conftest import Launch
from tests.matrix.asking import (
    CALLERS,
    CALLS,
    CUSTOMER,
    NOBODY,
    OPERATIONS,
    caller,
    described,
    refusal,
)
from tests.matrix.oracle import words
from tests.matrix.oracle.book import BOOK
from tests.matrix.oracle.words import EVERY_ROLE, Rule
from tests.support.applications import application
from tests.support.operations import Operation, operations
from tests.support.opportunity import customer_state, deliver
from tests.support.services import ServiceUnderTest

Report = Callable[[str, object], None]
SIGN_OUT = "POST /v1/auth/sign-out"


@pytest.fixture(scope="module")
async def services(launch: Launch) -> dict[str, ServiceUnderTest]:
    """The four services, with nothing in them but the customer that some callers work for."""
    found = {name: await launch(name) for name in NAMES}
    await deliver(found["order"], CustomerCreated(**customer_state(CUSTOMER)), CUSTOMER)
    return found


def expected(rule: Rule, role: str) -> str:
    """How the gate answers a role: with its refusal, or with none."""
    if not rule.signed_in:
        return ""
    if role == NOBODY:
        return "unauthenticated"
    return "" if role in rule.who else "forbidden"


async def wrong_answers(
    service: ServiceUnderTest, role: str, asked: dict[str, Operation]
) -> list[str]:
    """What the gates answer otherwise than the oracle does."""
    book, found = BOOK[service.service.name], []
    nothing = {name: str(new_id()) for name in ("event_id", "import_id")}
    async with caller(service, role) as client:
        # Who signed out is nobody afterwards.
        for name, operation in sorted(asked.items(), key=lambda each: each[0] == SIGN_OUT):
            answer = await client.request(operation.method, operation.address(nothing))
            assert answer.status_code < 500, f"{name}: {answer.text}"
            told = refusal(answer) if answer.status_code in (401, 403) else ""
            if told != (wanted := expected(book[name], role)):
                found.append(
                    f"{name} as {role or 'nobody'}: {answer.status_code} {told or 'let through'},"
                    f" not {wanted or 'let through'}: {book[name].sentence}"
                )
    return found


@pytest.mark.parametrize("name", NAMES)
async def test_the_oracle_has_a_rule_for_every_operation(name: str) -> None:
    """Who adds an operation says in the oracle, in words of the business, whom it is for."""
    document = application(name).openapi()
    asked = {str(each) for each in operations(name, document)}
    assert sorted(asked - BOOK[name].keys()) == []


@pytest.mark.parametrize("name", NAMES)
async def test_every_role_may_do_what_the_business_says_and_nothing_else(
    services: dict[str, ServiceUnderTest], name: str, record_property: Report
) -> None:
    """S214 to S217: 401 without a token, 403 without the permission, otherwise neither."""
    service = services[name]
    asked = described(service)
    wrong = [each for role in CALLERS for each in await wrong_answers(service, role, asked)]
    assert wrong == []
    record_property(OPERATIONS, len(asked))
    record_property(CALLS, len(asked) * len(CALLERS))


@pytest.mark.parametrize("name", NAMES)
async def test_a_gate_that_asks_for_too_little_is_found(
    services: dict[str, ServiceUnderTest], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seeded: one gate after the other lets everybody through who is signed in."""
    service = services[name]
    asked = described(service)
    for method, path, gate in routes_with_gates(service.app):
        operation = f"{method} {path}"
        if gate is None or BOOK[name][operation].who == EVERY_ROLE:
            continue
        outsider = min(EVERY_ROLE - BOOK[name][operation].who)
        with monkeypatch.context() as seeded:
            seeded.setattr(gate, "permission", None)
            one = {operation: asked[operation]}
            assert await wrong_answers(service, outsider, one), f"{operation} as {outsider}"


def test_the_oracle_knows_nothing_of_the_system() -> None:
    """It would otherwise agree with whatever the system does."""
    folder = Path(words.__file__).parent
    for source in folder.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            match node:
                case ast.Import(names=names):
                    told = [each.name for each in names]
                case ast.ImportFrom(module=str() as module):
                    told = [module]
                case _:
                    continue
            for module in told:
                assert module.startswith(("tests.matrix.oracle", "__future__")) or (
                    module in {"collections.abc", "dataclasses", "enum"}
                ), f"{source.name} imports {module}"
