"""Errors to RFC 9457 problem documents, in the language of the request. The only place that knows
both.

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
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from shared.db.pool import PoolTimeout
from shared.domain.errors import DomainError, FieldError
from shared.http.languages import Language, language_of
from shared.http.request_id import request_id
from shared.http.routing import MalformedJson
from shared.http.safety import add_safety

log = structlog.get_logger("kehu.http")

MEDIA_TYPE = "application/problem+json"

_HTTP_CODES = {
    400: ("bad_request", "The request is malformed"),
    404: ("not_found", "Not found"),
    405: ("method_not_allowed", "Method not allowed"),
    413: ("body_too_large", "The body is too large"),
    415: ("unsupported_media_type", "Unsupported media type"),
}
_REFUSED = ("refused", "The request was refused")
_INVALID = "A field is not valid"
_NOT_JSON = "The body is not JSON"
_COLLISION = "It collides with what is there already"
_UNACCEPTABLE = "A value is not acceptable"
_LATER = "Try again later"
_BUSY = "All database connections are busy."
_AWAY = "The database cannot be reached or gave up; try again."
_DEFECT = "Internal error"
_DEFECT_DETAIL = "This is a defect of ours; the request id finds it in the log."
#: What this module has to say, to those who translate it.
TITLES = (
    *(title for _, title in (*_HTTP_CODES.values(), _REFUSED)),
    *(_INVALID, _NOT_JSON, _COLLISION, _UNACCEPTABLE, _LATER, _DEFECT),
)
DETAILS = (_COLLISION + ".", _UNACCEPTABLE + ".", _BUSY, _AWAY, _DEFECT_DETAIL)
#: Fields that a refusal names; a body of ten thousand that are wrong gets no answer of megabytes.
_MOST_ERRORS = 1_000
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
    """Build a problem document; title, detail and messages are looked up in the catalogue of the
    language that the request prefers."""
    language = language_of(request.scope)
    document = {
        "type": f"/problems/{code}",
        "title": language.title(title),
        "status": status,
        "detail": language.sentence(detail),
        "instance": request.scope["path"],
        "code": code,
        "errors": [
            {
                "pointer": each.pointer,
                "code": each.code,
                "message": language.sentence(each.message),
            }
            for each in errors
        ],
        "request_id": request_id(request.scope),
        "retryable": retryable,
        **(facts or {}),
    }
    content = to_json(document, inf_nan_mode="strings", fallback=str)
    told = {"Content-Language": language.tag, "Vary": "Accept-Language", **(headers or {})}
    return Response(content, status, headers=told, media_type=MEDIA_TYPE)


def refused(request: Request, error: DomainError) -> Response:
    """Answer a refusal."""
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
    return refused(request, error)


async def _invalid(request: Request, error: Any) -> Response:
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return _not_json(request, str(found[0].get("ctx", {}).get("error", "not JSON")))
    language = language_of(request.scope)
    errors = [_field_error(each, language) for each in found[:_MOST_ERRORS]]
    detail = "; ".join(f"{each.pointer or 'body'}: {each.message}" for each in errors[:5])
    return problem(request, 422, "invalid", _INVALID, detail, errors=errors)


async def _malformed(request: Request, error: Any) -> Response:
    return _not_json(request, error.msg)


def _not_json(request: Request, detail: str) -> Response:
    return problem(request, 400, "malformed_json", _NOT_JSON, detail)


def _field_error(error: dict[str, Any], language: Language) -> FieldError:
    place, *path = error["loc"]
    steps = path if place == "body" else [place, *path]
    pointer = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)
    return FieldError(pointer, error["type"], language.invalid(error))


async def _http(request: Request, error: Any) -> Response:
    code, title = _HTTP_CODES.get(error.status_code, _REFUSED)
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
        return problem(request, 409, _CONFLICTS[state], _COLLISION, _COLLISION + ".")
    if state.startswith(("22", "23")):
        return problem(request, 422, "invalid", _UNACCEPTABLE, _UNACCEPTABLE + ".")
    if state in _RETRYABLE or state.startswith(("08", "53", "57")):
        return await _unavailable(request, error)
    return await _defect(request, error)


async def _overloaded(request: Request, error: Any) -> Response:
    return _later(request, "overloaded", _BUSY)


async def _unavailable(request: Request, error: Any) -> Response:
    log.warning("database unavailable", error=repr(error)[:300])
    return _later(request, "unavailable", _AWAY)


def _later(request: Request, code: str, detail: str) -> Response:
    headers = {"Retry-After": "1"}
    return problem(request, 503, code, _LATER, detail, retryable=True, headers=headers)


async def _defect(request: Request, error: Exception) -> Response:
    log.error("defect", path=request.url.path, exc_info=error)
    answer = problem(request, 500, "internal", _DEFECT, _DEFECT_DETAIL)
    add_safety(answer.raw_headers, request.scope)  # this one is answered outside of the edge
    return answer
