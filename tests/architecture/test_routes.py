"""Every operation says who may call it and how, and is described."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from shared.auth.permissions import OPERATIONS
from shared.auth.roles import PermissionTable
from shared.host.ingress import routing_table
from shared.http.gates import Gate
from shared.http.openapi import routes_with_gates
from shared.service import NAMES
from tests.architecture.sources import SERVICES, modules
from tests.support.applications import application

#: Operations for those who are not signed in. Each is one more door: at most six.
PUBLIC = {
    "POST /v1/auth/token",  # signing in
    "POST /v1/auth/revoke",  # signing out with a refresh token (RFC 7009)
    "POST /v1/registrations",  # becoming a customer (S24)
    "GET /v1/auth/jwks",  # the keys that verify tokens
}
#: What the permission of an operation may be missing for: one's own account.
SIGNED_IN = {
    "GET /v1/auth/me",
    "POST /v1/auth/password",
    "POST /v1/auth/sign-out",
    "GET /v1/auth/sessions",
    "POST /v1/auth/sessions/{session_id}/end",
}


def routes(name: str) -> Iterator[tuple[str, Gate | None]]:
    """``GET /v1/orders`` and its gate, for every operation of a service."""
    for method, path, gate in routes_with_gates(application(name)):
        yield f"{method} {path}", gate


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Service, method and description of every operation."""
    for name in NAMES:
        for path, methods in application(name).openapi()["paths"].items():
            for method, operation in methods.items():
                yield name, f"{method.upper()} {path}", operation


def table(name: str) -> PermissionTable:
    """Which roles hold what in a service."""
    found: PermissionTable = import_module(f"services.{name}.permissions").PERMISSIONS
    return found


def asked_in_code(name: str) -> Iterator[str]:
    """What use cases ask of an actor: ``actor.may("…")``, ``actor.require("…")``."""
    for path in modules(SERVICES / name):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="may" | "require"),
                    args=[ast.Constant(value=str() as permission)],
                ):
                    yield permission


def in_code(permission: str, name: str) -> bool:
    """Whether a use case names the permission, or its part before the last dot."""
    stem = permission.rpartition(".")[0]
    words = (f'"{permission}"', f'f"{stem}.{{')
    sources = [each for each in modules(SERVICES / name) if each.name != "permissions.py"]
    return any(word in path.read_text() for path in sources for word in words)


@pytest.mark.parametrize("name", NAMES)
async def test_every_operation_has_a_gate_or_is_public_by_decision(name: str) -> None:
    """Deny by default."""
    assert {route for route, gate in routes(name) if gate is None} <= PUBLIC


async def test_the_public_operations_are_few_and_exist() -> None:
    open_routes = {route for name in NAMES for route, gate in routes(name) if gate is None}
    assert open_routes == PUBLIC
    assert len(PUBLIC) <= 6


async def test_every_operation_shows_the_permission_it_asks_for() -> None:
    """Deny by default: what OpenAPI shows none for is public by decision, or one's own account."""
    shown = {route: operation.get("x-permission", "public") for _, route, operation in operations()}
    asked = {
        route: gate.permission if gate else "public" for n in NAMES for route, gate in routes(n)
    }
    assert shown == asked
    assert {route for route, permission in shown.items() if permission == "public"} == PUBLIC
    assert {route for route, permission in shown.items() if permission is None} <= SIGNED_IN


@pytest.mark.parametrize("name", NAMES)
async def test_every_permission_asked_for_is_in_the_table(name: str) -> None:
    asked = {gate.permission for _, gate in routes(name) if gate and gate.permission}
    asked |= set(asked_in_code(name))
    assert asked - table(name).keys() - OPERATIONS.keys() == set()


@pytest.mark.parametrize("name", NAMES)
async def test_every_permission_in_the_table_is_asked_for_and_held(name: str) -> None:
    """By a route, or by a use case: ``actor.may("quote.approve_any")``."""
    asked = {gate.permission for _, gate in routes(name) if gate and gate.permission}
    idle = {each for each in table(name).keys() - asked if not in_code(each, name)}
    assert idle == set()
    assert all(table(name).values()), "a permission nobody holds"


@pytest.mark.parametrize("name", NAMES)
async def test_an_operation_without_a_permission_concerns_ones_own_account(name: str) -> None:
    assert {route for route, gate in routes(name) if gate and not gate.permission} <= SIGNED_IN


@pytest.mark.parametrize("name", NAMES)
async def test_put_patch_and_delete_need_the_version_that_was_seen(name: str) -> None:
    """Else the last write wins."""
    for route, gate in routes(name):
        if route.startswith(("PUT ", "PATCH ", "DELETE ")):
            assert gate is not None, route
            assert gate.if_match, route


@pytest.mark.parametrize("name", NAMES)
async def test_reading_and_writing_gates_fit_the_method(name: str) -> None:
    for route, gate in routes(name):
        if gate is not None:
            assert gate.writes != route.startswith("GET "), route


async def test_operation_ids_are_unique_over_all_services() -> None:
    """They become the names of a client's methods."""
    ids = Counter(operation["operationId"] for _, _, operation in operations())
    assert [each for each, times in ids.items() if times > 1] == []


async def test_every_operation_is_described() -> None:
    assert [route for _, route, operation in operations() if not operation.get("description")] == []


async def test_every_operation_declares_what_it_answers() -> None:
    """A response model, unless nothing or a file is answered."""
    missing = []
    for _, route, operation in operations():
        status, answer = next(iter(sorted(operation["responses"].items())))
        media = answer.get("content", {}).get("application/json")
        if media is not None and not media.get("schema"):
            missing.append(f"{route} {status}")
    assert missing == []


async def test_lists_come_in_pages() -> None:
    """No silent caps, no OFFSET: whatever answers ``items`` takes a page size and a token."""
    for name, route, operation in operations():
        schema = (
            operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
        )
        reference = str(schema.get("schema", {}).get("$ref", "")).rpartition("/")[2]
        if reference.startswith("ListOf_"):
            parameters = {each["name"] for each in operation.get("parameters", ())}
            assert {"page_size", "page_token"} <= parameters, f"{name} {route}"


async def test_one_address_serves_all_services() -> None:
    """The first segment of a path belongs to one service, so that an ingress can route by it."""
    table = routing_table(application(name) for name in NAMES)
    assert {application(name) for name in NAMES} == set(table.values())
    for name in NAMES:
        assert table["internal", name] is application(name)
        assert table["docs", name] is application(name)
