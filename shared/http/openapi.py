"""The OpenAPI 3.1 document of a service, completed from its gates, and offline pages of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import FastAPI
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.routing import iter_route_contexts
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from shared.auth.delegation import ON_BEHALF_OF
from shared.http.gates import Gate
from shared.http.problems import MEDIA_TYPE

ASSETS = Path(fastapi_offline.__file__).parent / "static"

_PROBLEM_SCHEMA = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 problem document, in English or Chinese (`Accept-Language`).",
    "required": ["type", "title", "status", "detail", "code", "request_id", "retryable"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string", "description": "Stable; program against this."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer, RFC 6901."},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
        "request_id": {"type": "string"},
        "retryable": {"type": "boolean"},
    },
}
_ALWAYS = {
    "400": "Malformed",
    "414": "Address too long",
    "422": "Refused",
    "429": "Too many requests",
    "431": "Headers too large",
    "503": "Try again later",
}
_ON_BEHALF_OF = {
    "name": ON_BEHALF_OF,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "format": "uuid"},
    "description": "The member of staff in whose name a deputy acts, on the days agreed.",
}
_SIGNED_IN = {"401": "Not signed in", "403": "Not permitted"}


def answers_problem(description: str) -> dict[str, Any]:
    """Return what ``responses=`` of a route says of a refusal that not every route has."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": description, "content": content}


def routes_with_gates(app: FastAPI) -> Iterator[tuple[str, str, Gate | None]]:
    """Yield (method, path, gate) of every documented operation; gate None means public."""
    for context in iter_route_contexts(app.routes):
        route: Any = context
        if not getattr(route, "include_in_schema", False) or not hasattr(route, "dependant"):
            continue
        gates = [d.call for d in route.dependant.dependencies if isinstance(d.call, Gate)]
        for method in route.methods:
            yield method, route.path_format, gates[0] if gates else None


def install(app: FastAPI, service: str) -> None:
    """Serve ``/openapi/{service}.json``, ``/docs/{service}`` and ``/redoc/{service}``."""
    generate = app.openapi

    def completed() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            _complete(app, document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = completed  # type: ignore[method-assign]
    document_url, assets_url = f"/openapi/{service}.json", f"/docs/{service}/assets"

    async def swagger(request: Request) -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url=document_url,
            title=f"{app.title}: operations",
            swagger_js_url=f"{assets_url}/swagger-ui-bundle.js",
            swagger_css_url=f"{assets_url}/swagger-ui.css",
            swagger_favicon_url=f"{assets_url}/favicon.png",
            swagger_ui_parameters={"displayRequestDuration": True, "docExpansion": "none"},
        )

    async def redoc(request: Request) -> HTMLResponse:
        return get_redoc_html(
            openapi_url=document_url,
            title=f"{app.title}: reference",
            redoc_js_url=f"{assets_url}/redoc.standalone.js",
            redoc_favicon_url=f"{assets_url}/favicon.png",
            with_google_fonts=False,
        )

    app.mount(assets_url, StaticFiles(directory=ASSETS), name="documentation-assets")
    app.add_route(f"/docs/{service}", swagger, include_in_schema=False)
    app.add_route(f"/redoc/{service}", redoc, include_in_schema=False)


def _complete(app: FastAPI, document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM_SCHEMA
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["securitySchemes"] = {
        "signIn": {
            "type": "oauth2",
            "flows": {"password": {"tokenUrl": "/v1/auth/token", "scopes": {}}},
        }
    }
    for method, path, gate in routes_with_gates(app):
        operation = document["paths"][path][method.lower()]
        _problems(operation, gate)
        if gate is not None:
            _gate(operation, gate)


def _problems(operation: dict[str, Any], gate: Gate | None) -> None:
    described = _ALWAYS | {"429": operation["responses"].get("429", {}).get("description", "")}
    described["429"] = described["429"] or _ALWAYS["429"]
    if "requestBody" in operation:
        described["413"] = "Body too large"
        if "multipart/form-data" in operation["requestBody"]["content"]:
            described["415"] = "Neither a form nor a file of a known kind"
    if gate is not None:
        described |= _SIGNED_IN
        if _has_path_parameter(operation) or "requestBody" in operation:
            described["404"] = "Not found, or hidden"
        if gate.writes:
            described |= {"409": "The present state does not allow it", "413": "Body too large"}
            if gate.conditional:
                described["412"] = "Changed since it was read"
        if gate.if_match:
            described["428"] = "If-Match is required"
    operation["responses"].pop("422", None)  # the framework's own form of it
    for status, description in described.items():
        answer, ours = operation["responses"].setdefault(status, {}), answers_problem(description)
        answer["description"] = description
        answer["content"] = answer.get("content", {}) | ours["content"]


def _has_path_parameter(operation: dict[str, Any]) -> bool:
    return any(each["in"] == "path" for each in operation.get("parameters", ()))


def _gate(operation: dict[str, Any], gate: Gate) -> None:
    operation["security"] = [{"signIn": []}]
    operation["x-permission"] = gate.permission
    parameters = operation.setdefault("parameters", [])
    if gate.permission is not None:
        parameters.append(_ON_BEHALF_OF)
    if not (gate.writes and gate.conditional):
        return
    parameters.append(
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": gate.idempotency_key,
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            "description": "Repeating the request with the same key has one effect.",
        }
    )
    parameters.append(
        {
            "name": "If-Match",
            "in": "header",
            "required": gate.if_match and not gate.creates,
            "schema": {"type": "string", "examples": ['"v1"']},
            "description": "The ETag that a read gave.",
        }
    )
    if gate.creates:
        parameters.append(
            {
                "name": "If-None-Match",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "enum": ["*"]},
                "description": "In place of If-Match: there must be none yet.",
            }
        )
