"""Fields that not everybody may see (S215): declared on the field of a response, withheld wherever
a body is written, and shown in OpenAPI as ``x-permission``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from shared.domain.actor import Actor

_PERMISSIONS = "permissions"


def nothing(value: Any) -> None:
    """Show null in the place of what is withheld."""


def last_four(value: str | None) -> str | None:
    """Show the last four characters, by which two who know it can tell what they speak of."""
    return None if value is None else f"**** {value[-4:]}"


@dataclass(frozen=True, slots=True)
class Restricted:
    """Marks a field of a response: ``tax_id: Annotated[str | None, Restricted("…", last_four)]``.

    Whoever lacks the permission gets what ``instead`` makes of the value. So does whoever writes
    the body without saying for whom.
    """

    permission: str
    instead: Callable[[Any], Any] = nothing

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Withhold the value as it is written."""

        def write(value: Any, write_on: Any, info: core_schema.SerializationInfo) -> Any:
            held = (info.context or {}).get(_PERMISSIONS, ())
            return write_on(value if self.permission in held else self.instead(value))

        schema = handler(source)
        serialization = core_schema.wrap_serializer_function_ser_schema(write, info_arg=True)
        return {**schema, "serialization": serialization}

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Say in OpenAPI what the field asks for."""
        return {**handler(schema), "x-permission": self.permission}


def write_unmasked(actor: Actor, shown: type[BaseModel], given: Iterable[str]) -> None:
    """Refuse to change fields that the actor is shown something else in the place of: a form that
    was filled with what is shown would overwrite the value.

    Raises:
        Forbidden: a field of ``shown`` that is ``given`` asks for a permission not held.
    """
    for name in given:
        field = shown.model_fields.get(name)
        for mark in field.metadata if field else ():
            if isinstance(mark, Restricted):
                actor.require(mark.permission)


def for_eyes_of(actor: Actor) -> Mapping[str, Any]:
    """Return what a body is written with: ``model_dump_json(context=for_eyes_of(actor))``."""
    return {_PERMISSIONS: actor.permissions}
