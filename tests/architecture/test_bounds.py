"""Whatever a body may carry has an end: texts, lists and numbers. An address has one as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shared.service import NAMES
from tests.support.applications import application
from tests.support.operations import operations

#: The longest list that a body may hold; a file is for more.
MOST_ITEMS = 5000


def schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema of every body, and where it stands."""
    for name in NAMES:
        for operation in operations(name, application(name).openapi()):
            if operation.body_schema is not None:
                yield from below(operation, str(operation), operation.body_schema)


def below(
    operation: Any, where: str, schema: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """A schema and those within it."""
    for each in schema.get("anyOf", [schema]):
        if each.get("type") == "null":
            continue
        found = operation.resolve(each)
        yield where, found
        for field, inner in found.get("properties", {}).items():
            yield from below(operation, f"{where}/{field}", inner)
        if "items" in found:
            yield from below(operation, f"{where}/0", found["items"])


def is_bounded(schema: dict[str, Any]) -> bool:
    """Whether there is a largest value."""
    if "enum" in schema or "const" in schema or "format" in schema:
        return True
    match schema.get("type"):
        case "string":
            return "maxLength" in schema or schema.get("pattern", "").endswith("$")
        case "array":
            return int(schema.get("maxItems", MOST_ITEMS + 1)) <= MOST_ITEMS
        case "integer":
            return {"minimum", "maximum"} <= schema.keys()
        case "object":
            return "additionalProperties" in schema or "properties" in schema
    return schema.get("type") == "boolean"


async def test_everything_that_is_sent_has_a_largest_value() -> None:
    found = list(schemas())
    assert len(found) > 200
    assert [f"{where}: {schema}" for where, schema in found if not is_bounded(schema)] == []


async def test_the_document_tells_between_what_the_numbers_of_an_address_lie() -> None:
    """Validators in front of the limits would hide them from it."""
    numbers = {
        f"{operation} {parameter['name']}": schema
        for name in NAMES
        for operation in operations(name, application(name).openapi())
        for parameter in operation.parameters
        if (schema := operation.resolve(parameter["schema"])).get("type") == "integer"
    }
    assert len(numbers) > 50
    assert [f"{where}: {each}" for where, each in numbers.items() if not is_bounded(each)] == []
