"""The operations of an OpenAPI document, and request bodies each of them takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]
Pointer = tuple[str | int, ...]
#: Values by field or parameter name: the ids of documents that exist.
Known = Mapping[str, Any]

WRITES = frozenset({"post", "put", "patch", "delete"})
_JSON = "application/json"
_NOWHERE = "0193e2f0-0000-7000-8000-000000000000"

#: Bodies of which only one of some fields may be sent.
ALTERNATIVES = {
    "DeliveryIn": ("lines", "order_ids", "direct"),
    "InvoiceIn": ("lines", "delivery_ids", "order_id"),
    "LineIn": ("unit_price", "discount"),
    "OrderLineIn": ("product_id", "contract_line_id"),
    "StaffIn": ("unit_id", "department", "branch"),
    "StaffPatch": ("unit_id", "department", "branch"),
}
#: Values that have a form of their own, by field name.
FORMED: Json = {
    "phone": "010-82882288",
    "email": "wang.fang@example.com",
    "tax_id": "91110000600037341L",
    "currency": "CNY",
    "stages": [{"code": code, "name": code, "name_zh": code} for code in ("first", "second")],
}


@dataclass(frozen=True)
class Operation:
    """One operation of a service, as its document describes it."""

    service: str
    method: str
    path: str
    description: Json
    document: Json

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def writes(self) -> bool:
        """Whether it may change something."""
        return self.method.lower() in WRITES

    @property
    def parameters(self) -> list[Json]:
        """Its path, query and header parameters."""
        found: list[Json] = self.description.get("parameters", [])
        return found

    def requires(self, header: str) -> bool:
        """Whether a header must be sent."""
        return any(each["name"] == header and each["required"] for each in self.parameters)

    def takes(self, header: str) -> bool:
        """Whether a header means something to it."""
        return any(each["name"] == header and each["in"] == "header" for each in self.parameters)

    @property
    def body_schema(self) -> Json | None:
        """The schema of its JSON body; None when it takes none."""
        content = self.description.get("requestBody", {}).get("content", {})
        return self.resolve(content[_JSON]["schema"]) if _JSON in content else None

    def resolve(self, schema: Json) -> Json:
        """Follow references, and what may also be null to what it is otherwise."""
        while True:
            if "$ref" in schema:
                name = schema["$ref"].rpartition("/")[2]
                schema = self.document["components"]["schemas"][name]
            elif "anyOf" in schema:
                others = [each for each in schema["anyOf"] if each.get("type") != "null"]
                outside = {key: value for key, value in schema.items() if key == "examples"}
                schema = {**self.resolve(others[0]), **outside}
            else:
                return schema

    def address(self, known: Known) -> str:
        """Its path with ids of what exists, as far as they are known."""
        fixed = {each["name"]: _fixed(each["schema"]) for each in self.parameters}
        return re.sub(
            r"\{(\w+)\}",
            lambda found: quote(str(known.get(found[1], fixed.get(found[1], _NOWHERE))), safe=""),
            self.path,
        )

    def bodies(self, known: Known) -> Iterator[Json]:
        """Bodies it takes: all fields filled, once for each alternative it leaves open."""
        if (schema := self.body_schema) is None:
            return
        most = max(len(fields) for fields in ALTERNATIVES.values())
        seen: list[Json] = []
        for choice in range(most):
            body = self._example(schema, "", known, partial(_nth, choice))
            if body not in seen:
                seen.append(body)
                yield body

    def _example(
        self, schema: Json, name: str, known: Known, choose: Callable[[tuple[str, ...]], str]
    ) -> Any:
        schema = self.resolve(schema)
        if name in known or name in FORMED:
            return deepcopy(known[name] if name in known else FORMED[name])
        if schema.get("type") == "object":
            fields: Json = schema.get("properties", {})
            left_out = _left_out(schema, choose)
            return {
                field: self._example(each, field, known, choose)
                for field, each in fields.items()
                if field not in left_out
            }
        if schema.get("type") == "array":
            items, singular = schema.get("items", {}), name.removesuffix("s")
            least = max(1, schema.get("minItems", 0))
            return [self._example(items, singular, known, choose) for _ in range(least)]
        return _scalar(schema)


def operations(service: str, document: Json) -> Iterator[Operation]:
    """Every operation of a document."""
    for path, methods in document["paths"].items():
        for method, description in methods.items():
            yield Operation(service, method.upper(), path, description, document)


@dataclass(frozen=True)
class Place:
    """One value inside a body, and what the document says about it."""

    pointer: Pointer
    schema: Json
    required: bool = False
    nullable: bool = False

    @property
    def text(self) -> str:
        """The JSON pointer (RFC 6901)."""
        return "".join(f"/{step}" for step in self.pointer)


def places(operation: Operation, body: Any) -> Iterator[Place]:
    """Every field in a body, those of nested objects and of the first item of lists too."""
    if (schema := operation.body_schema) is not None:
        yield from _inside(operation, schema, body, ())


def _inside(operation: Operation, schema: Json, value: Any, above: Pointer) -> Iterator[Place]:
    schema = operation.resolve(schema)
    if isinstance(value, dict):
        for name in value:
            if (each := schema.get("properties", {}).get(name)) is not None:
                nullable = {"type": "null"} in each.get("anyOf", ())
                required = name in schema.get("required", ())
                yield Place((*above, name), operation.resolve(each), required, nullable)
                yield from _inside(operation, each, value[name], (*above, name))
    if isinstance(value, list) and value and "items" in schema:
        yield Place((*above, 0), operation.resolve(schema["items"]))
        yield from _inside(operation, schema["items"], value[0], (*above, 0))


def replaced(body: Any, pointer: Pointer, value: Any) -> Any:
    """A copy of a body with one value replaced."""
    copy = deepcopy(body)
    _holder(copy, pointer)[pointer[-1]] = value
    return copy


def without(body: Any, pointer: Pointer) -> Any:
    """A copy of a body without one field."""
    copy = deepcopy(body)
    del _holder(copy, pointer)[pointer[-1]]
    return copy


def at(body: Any, pointer: Pointer) -> Any:
    """The value at a place."""
    for step in pointer:
        body = body[step]
    return body


def _holder(body: Any, pointer: Pointer) -> Any:
    return at(body, pointer[:-1])


def _left_out(schema: Json, choose: Callable[[tuple[str, ...]], str]) -> set[str]:
    """Which of the alternatives of an object are not sent."""
    optional = set(schema.get("properties", ())) - set(schema.get("required", ()))
    wanted = tuple(
        each for each in ALTERNATIVES.get(schema.get("title", ""), ()) if each in optional
    )
    return set(wanted) - {choose(wanted)} if wanted else set()


def _fixed(schema: Json) -> Any:
    """The only value of a parameter, or the first of several."""
    return schema["const"] if "const" in schema else next(iter(schema.get("enum", ())), _NOWHERE)


def _scalar(schema: Json) -> Any:
    for given in ("examples", "enum"):
        if schema.get(given):
            return schema[given][0]
    match schema.get("type"), schema.get("format"):
        case "string", "uuid":
            return _NOWHERE
        case "string", "date":
            return "2026-11-21"
        case "string", "date-time":
            return "2026-11-21T08:30:00Z"
        case "integer", _:
            return max(3, int(schema.get("minimum", 0)))
        case "boolean", _:
            return True
    return "contact" if schema.get("pattern", "").startswith("^") else "文字 for a test"


def _nth(place: int, fields: tuple[str, ...]) -> str:
    return fields[place % len(fields)]
