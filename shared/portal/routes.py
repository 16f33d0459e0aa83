"""The portal's addresses: the pages, their style and script, the events as JSON and as AsyncAPI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from shared.portal import asyncapi_page
from shared.portal.asyncapi import asyncapi
from shared.portal.catalogue import EventEntry, catalogue
from shared.portal.page import render
from shared.service import NAMES

_STATIC = Path(__file__).parent / "static"
_HEADERS = {"content-security-policy": "default-src 'self'; frame-ancestors 'none'"}

Endpoint = Callable[[Request], Awaitable[Response]]
Entries = Callable[[], Sequence[EventEntry]]


def portal_routes(apps: Sequence[FastAPI]) -> list[Route | Mount]:
    """Return the routes of the portal for these services. What they show is put together for the
    first who asks: a start does not wait for it."""
    entries = cache(catalogue)
    return [
        Route("/", _page(apps, entries)),
        Mount("/portal", StaticFiles(directory=_STATIC)),
        Route("/asyncapi", _asyncapi_page(entries)),
        Route("/asyncapi.json", _asyncapi(entries)),
        Route("/asyncapi/{service}.json", _asyncapi_of_one(entries)),
        Route("/v1/events", _events(entries)),
        Route("/v1/events/{event_type}", _schema(entries)),
    ]


def _page(apps: Sequence[FastAPI], entries: Entries) -> Endpoint:
    @cache
    def html() -> str:
        return render(apps, entries())

    async def page(request: Request) -> Response:
        return HTMLResponse(html(), headers=_HEADERS)

    return page


def _asyncapi_page(entries: Entries) -> Endpoint:
    @cache
    def html() -> str:
        return asyncapi_page.render(asyncapi(entries()))

    async def page(request: Request) -> Response:
        return HTMLResponse(html(), headers=_HEADERS)

    return page


def _asyncapi(entries: Entries) -> Endpoint:
    @cache
    def json() -> bytes:
        return to_json(asyncapi(entries()))

    async def document(request: Request) -> Response:
        return Response(json(), media_type="application/json")

    return document


def _asyncapi_of_one(entries: Entries) -> Endpoint:
    @cache
    def json(service: str) -> bytes:
        return to_json(asyncapi(entries(), service))

    async def document(request: Request) -> Response:
        service = request.path_params["service"]
        if service not in NAMES:
            raise HTTPException(404)
        return Response(json(service), media_type="application/json")

    return document


def _events(entries: Entries) -> Endpoint:
    async def events(request: Request) -> Response:
        items = [_item(entry) for entry in entries()]
        return JSONResponse({"items": items, "next_page_token": None})

    return events


def _item(entry: EventEntry) -> dict[str, object]:
    return {
        "type": entry.type,
        "version": entry.version,
        "producer": entry.producer,
        "consumers": entry.consumers,
        "topic": entry.topic,
        "key": entry.key,
        "description": f"{entry.summary} {entry.remark}".strip(),
        "dataschema": entry.schema_path,
    }


def _schema(entries: Entries) -> Endpoint:
    @cache
    def schemas() -> dict[str, bytes]:
        return {entry.type: to_json(entry.schema) for entry in entries()}

    async def schema(request: Request) -> Response:
        found = schemas().get(request.path_params["event_type"])
        if found is None:
            raise HTTPException(404)
        return Response(found, media_type="application/schema+json")

    return schema
