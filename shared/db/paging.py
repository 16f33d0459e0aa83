"""Keyset pages: stable under writes, equally fast on every page.

A page token carries the sort values of the last row; it is signed and bound to the sort, the
filters and the principal, so it cannot be forged or used for another list.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json, to_json

from shared.db.driver import Connection
from shared.domain.errors import Invalid

MAX_SIZE = 200
_SIGNATURE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Sort:
    """One way to order a list: a NOT NULL column, then the id; ``descending`` turns both."""

    column: sa.ColumnElement[Any]
    kind: type[Any]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of which list: ``binding`` names principal, path and filters."""

    size: int
    token: str | None
    sort: str
    binding: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page, and the token of the next if there is one."""

    rows: Sequence[sa.RowMapping]
    next_token: str | None


async def fetch_page(
    conn: Connection,
    query: sa.Select[Any],
    request: PageRequest,
    *,
    sorts: Mapping[str, Sort],
    key: sa.ColumnElement[Any],
    given: Mapping[str, Any] | None = None,
) -> Page:
    """Run ``query`` for one page. ``key`` is the unique id column, selected as ``id``; ``given``
    are the values of parameters that the query names.

    Raises:
        Invalid: an unknown sort, or a token that is not of this list.
    """
    sort = _sort(request, sorts)
    if request.token is not None:
        query = query.where(_after(sort, key, _decode(request, sort)))
    columns = [key] if sort.column is key else [sort.column, key]
    ordering = [_directed(column, sort) for column in columns]
    if sort.column is not key:
        query = query.add_columns(sort.column.label("_sort"))
    query = query.order_by(*ordering).limit(request.size + 1)
    rows = (await conn.execute(query, given)).mappings().all()
    page = rows[: request.size]
    if len(rows) <= request.size:
        return Page(page, None)
    last = page[-1]
    return Page(page, _encode(request, last["id" if sort.column is key else "_sort"], last["id"]))


def last_key(request: PageRequest, sorts: Mapping[str, Sort]) -> UUID | None:
    """Return the id of the last row of the page before, None for the first page.

    Raises:
        Invalid: as `fetch_page` does.
    """
    sort = _sort(request, sorts)
    return None if request.token is None else _decode(request, sort)[1]


def _sort(request: PageRequest, sorts: Mapping[str, Sort]) -> Sort:
    if request.sort not in sorts:
        known = ", ".join(sorts)
        raise Invalid.field("/query/sort", f"Sort by one of: {known}.", "unknown_sort")
    return sorts[request.sort]


def _directed(column: sa.ColumnElement[Any], sort: Sort) -> sa.ColumnElement[Any]:
    return column.desc() if sort.descending else column.asc()


def _after(sort: Sort, key: sa.ColumnElement[Any], last: tuple[Any, UUID]) -> Any:
    if sort.column is key:
        return key < last[1] if sort.descending else key > last[1]
    pair, values = (
        sa.tuple_(sort.column, key),
        sa.tuple_(sa.literal(last[0], sort.column.type), sa.literal(last[1], key.type)),
    )
    return pair < values if sort.descending else pair > values


def _encode(request: PageRequest, value: Any, key: UUID) -> str:
    payload = to_json([value, str(key)], fallback=str)
    return base64.urlsafe_b64encode(_sign(request, payload) + payload).decode().rstrip("=")


def _decode(request: PageRequest, sort: Sort) -> tuple[Any, UUID]:
    token = request.token or ""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, _sign(request, payload)):
            raise ValueError("signature")
        value, key = from_json(payload)
        return _PARSERS.get(sort.kind, sort.kind)(value), UUID(key)
    except (ValueError, TypeError) as error:
        message = "This token is not of this list; start again without it."
        raise Invalid.field("/query/page_token", message, "invalid_page_token") from error


def _sign(request: PageRequest, payload: bytes) -> bytes:
    bound = f"{request.binding}\n{request.sort}\n".encode() + payload
    return hmac.digest(request.secret, bound, hashlib.sha256)[:_SIGNATURE_BYTES]


_PARSERS: dict[type[Any], Any] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    Decimal: Decimal,
}
