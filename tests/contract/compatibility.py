"""Whether a JSON Schema of an event may take the place of another.

A consumer built for the old schema must be able to read new events, and one built for the new
schema all stored ones: no field may go, change its type, or newly be required.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]


def incompatibilities(old: Schema, new: Schema) -> list[str]:
    """What a consumer could trip over, one sentence each."""
    return list(_compare(old, new, old, new, ""))


def _compare(
    old: Schema, new: Schema, old_root: Schema, new_root: Schema, at: str
) -> Iterator[str]:
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    if _shape(old, old_root) != _shape(new, new_root):
        yield f"{at or '/'} is {_shape(new, new_root)} and was {_shape(old, old_root)}"
        return
    yield from _compare_fields(old, new, old_root, new_root, at)
    if "items" in old:
        yield from _compare(old["items"], new["items"], old_root, new_root, f"{at}[]")
    for before, after in zip(old.get("anyOf", ()), new.get("anyOf", ()), strict=True):
        yield from _compare(before, after, old_root, new_root, at)


def _compare_fields(
    old: Schema, new: Schema, old_root: Schema, new_root: Schema, at: str
) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in sorted(before.keys() - after.keys()):
        yield f"{at}/{name} is gone"
    for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
        yield f"{at}/{name} is required and was not"
    for name in sorted(before.keys() & after.keys()):
        yield from _compare(before[name], after[name], old_root, new_root, f"{at}/{name}")


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


def _shape(schema: Schema, root: Schema) -> str:
    """What kind of value it is; the names of nested types do not matter."""
    schema = _resolved(schema, root)
    if "anyOf" in schema:
        return " or ".join(_shape(each, root) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"array of {_shape(schema.get('items', {}), root)}"
    return str(schema.get("format") or schema.get("type"))
