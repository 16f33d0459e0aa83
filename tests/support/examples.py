"""An example of any pydantic model, made from its field types."""

from __future__ import annotations

import types
import typing
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)

_VALUES: dict[Any, Any] = {
    str: "文字",
    int: 3,
    bool: True,
    Decimal: Decimal("12.50"),
    UUID: UUID("01940000-0000-7000-8000-000000000001"),
    date: date(2026, 11, 21),
    datetime: datetime(2026, 11, 21, 8, 30, tzinfo=UTC),
}


def example(model: type[M]) -> M:
    """An instance with every field filled."""
    hints = typing.get_type_hints(model)
    return model(**{name: _value(hints[name]) for name in model.model_fields})


def _value(kind: Any) -> Any:
    if kind in _VALUES:
        return _VALUES[kind]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return example(kind)
    if typing.get_origin(kind) is tuple:
        return (_value(typing.get_args(kind)[0]),)
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        return _value(typing.get_args(kind)[0])
    raise TypeError(f"no example of {kind}")
