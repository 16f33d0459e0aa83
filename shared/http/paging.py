"""Pages over HTTP: ``page_size``, ``page_token``, ``sort`` in; ``items``, ``next_page_token``,
``Link`` out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

from fastapi import Query
from pydantic import TypeAdapter
from starlette.responses import Response

from shared.db.paging import MAX_SIZE, Page, PageRequest
from shared.http.fields import Output
from shared.http.gates import Read
from shared.http.rights import for_eyes_of

T = TypeVar("T", bound=Output)

PageSize = Annotated[
    int, Query(ge=1, le=2**31 - 1, description=f"Rows in a page, at most {MAX_SIZE}.")
]
PageToken = Annotated[
    str | None, Query(max_length=2000, description="``next_page_token`` of the page before.")
]


class ListOf(Output, Generic[T]):
    """One page of a list. ``next_page_token`` is null on the last page."""

    items: list[T]
    next_page_token: str | None = None


@cache
def _adapter(model: type[Output]) -> TypeAdapter[Any]:
    return TypeAdapter(list[model])  # type: ignore[valid-type]


def page_request(read: Read, page_size: int, page_token: str | None, sort: str) -> PageRequest:
    """Bind a page to its list: the path, the filters and the one who asks."""
    query = sorted(
        (name, value)
        for name, value in read.request.query_params.multi_items()
        if name not in ("page_token", "page_size", "sort")
    )
    bound = f"{read.actor.hands}\n{read.request.url.path}\n{query}".encode(errors="replace")
    return PageRequest(
        size=min(page_size, MAX_SIZE),
        token=page_token,
        sort=sort,
        binding=hashlib.sha256(bound).hexdigest(),
        secret=read.context.page_secret,
    )


def respond_page(
    read: Read, page: Page, model: type[T], present: Callable[[Any], T] | None = None
) -> Response:
    """Answer one page of ``model``; ``present`` builds each item, by default by attribute names."""
    adapter = _adapter(model)
    items: Sequence[Any] = (
        [present(row) for row in page.rows]
        if present
        else adapter.validate_python([dict(row) for row in page.rows])
    )
    token = to_json_string(page.next_token)
    written = adapter.dump_json(items, context=for_eyes_of(read.actor))
    body = b'{"items":' + written + b',"next_page_token":' + token + b"}"
    headers = {"content-type": "application/json"}
    if page.next_token:
        headers["link"] = next_link(read, page.next_token)
    return Response(body, headers=headers)


def next_link(read: Read, token: str) -> str:
    """Return the ``Link`` header (RFC 8288) to the next page."""
    request = read.request
    given = [each for each in request.query_params.multi_items() if each[0] != "page_token"]
    return f'<{request.url.path}?{urlencode([*given, ("page_token", token)])}>; rel="next"'


def to_json_string(value: str | None) -> bytes:
    """Return a JSON string or null; page tokens need no escaping."""
    return b"null" if value is None else f'"{value}"'.encode()
