"""Pages over HTTP: ``page_size``, ``page_token``, ``sort`` in; ``items``, ``next_page_token``,
``Link`` out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import cache
from operator import itemgetter
from typing import Annotated, Any, Generic, TypeVar, get_args, get_type_hints
from urllib.parse import quote, urlencode

from fastapi import Query
from pydantic import BaseModel, TypeAdapter
from starlette.responses import Response
from typing_extensions import TypedDict

from shared.db.paging import MAX_SIZE, Page, PageRequest
from shared.http.fields import Digits, Output
from shared.http.gates import Read
from shared.http.rights import for_eyes_of

T = TypeVar("T", bound=Output)

PageSize = Annotated[
    int, Query(ge=1, le=2**31 - 1, description=f"Rows in a page, at most {MAX_SIZE}."), Digits
]
PageToken = Annotated[
    str | None, Query(max_length=2000, description="``next_page_token`` of the page before.")
]


class ListOf(Output, Generic[T]):
    """One page of a list. ``next_page_token`` is null on the last page."""

    items: list[T]
    next_page_token: str | None = None


class _Writer:
    """Writes rows as a model would be written. What the database holds was checked on its way in;
    to make models of it and check again would take as long as the writing."""

    def __init__(self, model: type[Output]) -> None:
        hints = get_type_hints(model, include_extras=True)
        fields: dict[str, Any] = {name: hints[name] for name in model.model_fields}
        if any(map(_holds_model, fields.values())):
            # A row has none, and what it has in its place would show what is restricted there.
            raise TypeError(f"{model.__name__} holds models: say how a row is presented")
        self._names = tuple(fields)
        self._values = itemgetter(*fields)
        row: Any = TypedDict(model.__name__, fields)  # type: ignore[misc]
        self._adapter: TypeAdapter[Any] = TypeAdapter(list[row])

    def write(self, rows: Iterable[Any], context: Any) -> bytes:
        """Return the rows as a JSON array."""
        names, values = self._names, self._values
        items = [dict(zip(names, values(row), strict=True)) for row in rows]
        # Members of enumerations are plain text in a row, which it would warn of.
        return self._adapter.dump_json(items, context=context, warnings="none")


def _holds_model(hint: Any) -> bool:
    is_model = isinstance(hint, type) and issubclass(hint, BaseModel)
    return is_model or any(map(_holds_model, get_args(hint)))


_writer = cache(_Writer)


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
    bound = f"{read.actor.hands}\n{read.request.scope['path']}\n{query}".encode(errors="replace")
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
    """Answer one page of ``model``; ``present`` builds each item, by default rows are answered as
    they are."""
    eyes = for_eyes_of(read.actor)
    if present is None:
        written = _writer(model).write(page.rows, eyes)
    else:
        written = _adapter(model).dump_json([present(row) for row in page.rows], context=eyes)
    token = to_json_string(page.next_token)
    body = b'{"items":' + written + b',"next_page_token":' + token + b"}"
    headers = {"content-type": "application/json"}
    if page.next_token:
        headers["link"] = next_link(read, page.next_token)
    return Response(body, headers=headers)


def next_link(read: Read, token: str) -> str:
    """Return the ``Link`` header (RFC 8288) to the next page."""
    request = read.request
    given = [each for each in request.query_params.multi_items() if each[0] != "page_token"]
    query = urlencode([*given, ("page_token", token)])
    return f'<{quote(request.scope["path"])}?{query}>; rel="next"'


def to_json_string(value: str | None) -> bytes:
    """Return a JSON string or null; page tokens need no escaping."""
    return b"null" if value is None else f'"{value}"'.encode()
