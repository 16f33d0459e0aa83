"""``/dashboard``: a page and its two files. It holds no figure: its script asks the reports, as the
person who signed in on it."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, Response

_STATIC = Path(__file__).parent / "static"
_FILES = {
    "/dashboard": "dashboard.html",
    "/dashboard/dashboard.css": "dashboard.css",
    "/dashboard/dashboard.js": "dashboard.js",
}
#: Nothing from elsewhere, nothing inline, and nobody may frame the page to catch a password.
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


def install(app: FastAPI) -> None:
    """Serve the page, outside the documented API."""
    for path in _FILES:
        app.add_route(path, _serve, include_in_schema=False)


async def _serve(request: Request) -> Response:
    return FileResponse(_STATIC / _FILES[request.url.path], headers=_HEADERS)
