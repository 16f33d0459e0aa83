"""Checks and filters of our own for schemathesis, which loads this module in its process."""

from __future__ import annotations

from typing import Any, get_args

import schemathesis
from pydantic_core.core_schema import ErrorType

from shared.auth.delegation import ON_BEHALF_OF

#: Codes by which the form of a body is refused. A rule of the domain may call a field missing too;
#: and to JSON Schema 3.0 is an integer, to us it is none.
FORM = set(get_args(ErrorType)) - {"missing", "value_error", "int_type"}

LONGEST_QUERY = 4_000


@schemathesis.check
def well_formed_is_not_refused_for_its_form(ctx: Any, response: Any, case: Any) -> None:
    """What the document allows may be refused by a rule, never for its form."""
    if response.status_code == 422 and case.meta and case.meta.generation.mode.is_positive:
        errors = response.json().get("errors", [])
        found = [error for error in errors if error["code"] in FORM]
        assert not found, f"the document allows what is refused: {found}"


@schemathesis.hook
def filter_query(ctx: Any, query: Any) -> bool:
    """Longer addresses are refused by the server before they come to us."""
    return len(repr(query)) < LONGEST_QUERY


@schemathesis.hook
def before_load_schema(context: schemathesis.HookContext, raw_schema: dict[str, Any]) -> None:
    """Make up no principals: only their deputies act in their name, and have tests of their own."""
    for methods in raw_schema["paths"].values():
        for operation in methods.values():
            operation["parameters"] = [
                each for each in operation.get("parameters", ()) if each.get("name") != ON_BEHALF_OF
            ]
