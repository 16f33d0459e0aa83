"""Errors to RFC 9457 problem documents. The only place that knows both.

A refused request changes nothing, and bad input is never answered with a 5xx.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from shared.db.driver import PoolTimeout
from shared.domain.errors import DomainError, FieldError
from shared.http.request_id import request_id
from shared.http.routing import MalformedJson

log = structlog.get_logger("kehu.http")

MEDIA_TYPE = "application/problem+json"

_HTTP_CODES = {
    400: ("bad_request", "The request is malformed"),
    404: ("not_found", "Not found"),
    405: ("method_not_allowed", "Method not allowed"),
    413: ("body_too_large", "The body is too large"),
    415: ("unsupported_media_type", "Unsupported media type"),
}
#: PostgreSQL error classes and codes that a request can cause.
_CONFLICTS = {"23505": "duplicate", "23503": "reference", "23P01": "overlap"}
_RETRYABLE = {"40001", "40P01", "55P03", "57014"}
_LOST_CONNECTION = (
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ConnectionError,
    TimeoutError,
    OSError,
)


def problem(
    request: Request,
    status: int,
    code: str,
    title: str,
    detail: str,
    *,
    errors: Sequence[FieldError] = (),
    retryable: bool = False,
    headers: dict[str, str] | None = None,
    facts: dict[str, Any] | None = None,
) -> Response:
    """Build a problem document."""
    document = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        "code": code,
        "errors": [
            {"pointer": each.pointer, "code": each.code, "message": each.message} for each in errors
        ],
        "request_id": request_id(request.scope),
        "retryable": retryable,
        **(facts or {}),
    }
    content = to_json(document, inf_nan_mode="strings", fallback=str)
    return Response(content, status, headers=headers, media_type=MEDIA_TYPE)


def add_safety(headers: MutableHeaders, scope: Scope) -> None:
    """Add what every answer carries: its request id, and what keeps it from being taken for
    something else, framed, or kept."""
    headers["x-request-id"] = request_id(scope)
    headers["x-content-type-options"] = "nosniff"
    headers.setdefault("content-security-policy", "frame-ancestors 'none'")
    headers.setdefault("cache-control", "no-store")


def install(app: FastAPI) -> None:
    """Answer every exception of ``app`` with a problem document."""
    app.add_exception_handler(DomainError, _refusal)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(MalformedJson, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(asyncpg.PostgresError, _database)
    app.add_exception_handler(PoolTimeout, _overloaded)
    for lost in _LOST_CONNECTION:
        app.add_exception_handler(lost, _unavailable)
    app.add_exception_handler(Exception, _defect)


async def _refusal(request: Request, error: Any) -> Response:
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return problem(
        request,
        error.status,
        error.code,
        error.title,
        error.detail,
        errors=error.errors,
        retryable=error.retryable,
        headers=headers,
        facts=error.facts,
    )


async def _invalid(request: Request, error: Any) -> Response:
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return _not_json(request, str(found[0].get("ctx", {}).get("error", "not JSON")))
    errors = [_field_error(each) for each in found]
    detail = "; ".join(f"{each.pointer or 'body'}: {each.message}" for each in errors[:5])
    return problem(request, 422, "invalid", "A field is not valid", detail, errors=errors)


async def _malformed(request: Request, error: Any) -> Response:
    return _not_json(request, error.msg)


def _not_json(request: Request, detail: str) -> Response:
    return problem(request, 400, "malformed_json", "The body is not JSON", detail)


def _field_error(error: dict[str, Any]) -> FieldError:
    place, *path = error["loc"]
    steps = path if place == "body" else [place, *path]
    pointer = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)
    return FieldError(pointer, error["type"], error["msg"])


async def _http(request: Request, error: Any) -> Response:
    code, title = _HTTP_CODES.get(error.status_code, ("refused", "The request was refused"))
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_methods_here(request))
    return problem(request, error.status_code, code, title, str(error.detail), headers=headers)


def _methods_here(request: Request) -> list[str]:
    """The methods of all routes with this path: the router asks only the first."""
    found = set[str]()
    for route in request.app.routes:
        match, _ = route.matches(request.scope)
        if match is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    return sorted(found)


async def _database(request: Request, error: Any) -> Response:
    state = error.sqlstate or ""
    if state in _CONFLICTS:
        title = "It collides with what is there already"
        return problem(request, 409, _CONFLICTS[state], title, title + ".")
    if state.startswith(("22", "23")):
        title = "A value is not acceptable"
        return problem(request, 422, "invalid", title, title + ".")
    if state in _RETRYABLE or state.startswith(("08", "53", "57")):
        return await _unavailable(request, error)
    return await _defect(request, error)


async def _overloaded(request: Request, error: Any) -> Response:
    detail = "All database connections are busy."
    return _later(request, "overloaded", detail)


async def _unavailable(request: Request, error: Any) -> Response:
    log.warning("database unavailable", error=repr(error)[:300])
    return _later(request, "unavailable", "The database cannot be reached or gave up; try again.")


def _later(request: Request, code: str, detail: str) -> Response:
    headers = {"Retry-After": "1"}
    return problem(request, 503, code, "Try again later", detail, retryable=True, headers=headers)


async def _defect(request: Request, error: Exception) -> Response:
    log.error("defect", path=request.url.path, exc_info=error)
    detail = "This is a defect of ours; the request id finds it in the log."
    answer = problem(request, 500, "internal", "Internal error", detail)
    add_safety(answer.headers, request.scope)  # this one is answered outside of the edge
    return answer
