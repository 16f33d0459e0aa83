"""The router of every service: bodies are parsed strictly, before anything else looks at them."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Iterator, Sequence
from functools import cache
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi._compat import (
    ModelField,
    field_annotation_is_sequence,
    get_cached_model_fields,
)
from fastapi.dependencies import utils as fastapi_parameters
from fastapi.routing import APIRoute
from pydantic_core import PydanticCustomError, from_json
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

#: A route that takes files says ``max_body_size`` for itself.
MAX_BODY_BYTES = 1024 * 1024
#: In one object of a body; each that is none of ours would be told of.
MOST_NAMES = 1_000

# What FastAPI asks about every parameter at every request never changes; answered from memory, a
# list with fifteen filters costs a tenth less.
for _question in ("field_annotation_is_sequence", "_get_param_model", "_get_param_aliases"):
    setattr(fastapi_parameters, _question, cache(getattr(fastapi_parameters, _question)))

_ASKED: Any = object()
_fastapi_parameters = fastapi_parameters.request_params_to_args


@cache
def _left_out(field: ModelField) -> Any:
    """Return what a query parameter is when it is not sent; _ASKED where FastAPI has to say."""
    info, default = field.field_info, field.default
    constant = default is None or isinstance(default, bool | int | str)
    if info.is_required() or info.validate_default or not constant:
        return _ASKED
    plain = fastapi_parameters._get_param_model(field) is None
    known_by = {name for pair in fastapi_parameters._get_param_aliases(field) for name in pair}
    return default if plain and known_by == {field.alias} else _ASKED


def _parameters(fields: Sequence[ModelField], sent: Any) -> tuple[dict[str, Any], list[Any]]:
    """Read parameters as FastAPI does, but look only at those that were sent: of fifteen filters
    most are not."""
    if not isinstance(sent, QueryParams):
        return _fastapi_parameters(fields, sent)
    values = {}
    asked = []
    repeated = list(_repeated(fields, sent))
    for field in fields:
        default = _left_out(field)
        if default is _ASKED or field.alias in sent:
            asked.append(field)
        else:
            values[field.name] = default
    if not asked:
        return values, repeated
    found, errors = _fastapi_parameters(asked, sent)
    return values | found, [*repeated, *errors]


def _repeated(fields: Sequence[ModelField], sent: QueryParams) -> Iterator[dict[str, Any]]:
    """Yield an error for each parameter that has one value and was sent with several: whoever asks
    for two states would take the list of one for that of both."""
    if len(sent) == len(sent.multi_items()):
        return
    for name in {name for field in fields for name in _single(field)}:
        values = sent.getlist(name)
        if len(values) > 1:
            error = PydanticCustomError("repeated_parameter", "Send this parameter once.")
            place = ("query", name)
            yield {"type": error.type, "loc": place, "msg": error.message(), "input": values}


@cache
def _single(field: ModelField) -> frozenset[str]:
    """Return the parameters of a field, which may be a model of several, that have one value."""
    model = fastapi_parameters._get_param_model(field)
    fields = [field] if model is None else get_cached_model_fields(model)
    return frozenset(
        each.alias
        for each in fields
        if not field_annotation_is_sequence(each.field_info.annotation)
    )


fastapi_parameters.request_params_to_args = _parameters  # type: ignore[assignment]


class MalformedJson(json.JSONDecodeError):
    """The body is not acceptable JSON."""


class StrictRequest(Request):
    """A request whose JSON is read by the strict parser: no NaN, no lone surrogate, no NUL, no name
    twice in an object, bounded depth."""

    async def json(self) -> Any:
        """Return the parsed body.

        Raises:
            MalformedJson: the body is not acceptable JSON.
        """
        if not hasattr(self, "_strict_json"):
            body = await self.body()
            try:
                self._strict_json = from_json(body, allow_inf_nan=False)
            except (ValueError, RecursionError) as error:
                raise MalformedJson(str(error), "", 0) from error
            if b"\\u0000" in body and _has_nul(self._strict_json):
                raise MalformedJson("NUL is not allowed in text", "", 0)
            _look_at_names(body)
        return self._strict_json


class StrictRoute(APIRoute):
    """A route that hands its endpoint a StrictRequest with a body of limited length."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        handle = super().get_route_handler()
        most = self.max_body_size or MAX_BODY_BYTES

        async def strict(request: Request) -> Response:
            if _told_length(request.scope) > most:
                raise _too_large(most)
            return await handle(StrictRequest(request.scope, _limited(request.receive, most)))

        return strict


def _limited(receive: Receive, most: int) -> Receive:
    size = 0

    async def limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise _too_large(most)
        return message

    return limited


def _told_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def _too_large(most: int) -> HTTPException:
    return HTTPException(413, f"A body of at most {most} bytes is taken here.")


def new_router(tag: str) -> APIRouter:
    """Return a router under ``/v1`` whose operations are grouped under ``tag``, and are called what
    their functions are."""
    return APIRouter(
        prefix="/v1",
        tags=[tag],
        route_class=StrictRoute,
        generate_unique_id_function=lambda route: route.name,
    )


def _look_at_names(body: bytes) -> None:
    """Refuse objects with too many names, and names of which one reader would take the first value
    and another the last (RFC 8259, section 4). The body is JSON; its numbers may be of any length.
    """
    json.loads(body, object_pairs_hook=_once, parse_int=str, parse_float=str)


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len(pairs) > MOST_NAMES:
        raise MalformedJson(f"An object has at most {MOST_NAMES} names here", "", 0)
    if len({name for name, _ in pairs}) < len(pairs):
        raise MalformedJson("A name stands twice in an object", "", 0)


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(each) for key, each in value.items())
    return isinstance(value, list) and any(_has_nul(each) for each in value)
