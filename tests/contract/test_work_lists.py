"""What waits for somebody has the same shape in all services, so that front ends merge the lists
(``docs/operations.md``)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from shared.service import NAMES
from tests.support.applications import application

_WAITING = "/v1/approvals/{}/waiting"
_PAGE = Path(__file__).parents[2] / "docs" / "operations.md"


def _documents() -> dict[str, dict[str, Any]]:
    """The OpenAPI documents of the services that have approvals."""
    found = {name: application(name).openapi() for name in NAMES}
    return {name: each for name, each in found.items() if _WAITING.format(name) in each["paths"]}


def test_several_services_have_approvals() -> None:
    assert _documents().keys() >= {"customer", "opportunity", "order"}


@pytest.mark.parametrize("schema", ["ApprovalSummary", "ListOf_ApprovalSummary_"])
def test_items_have_the_same_fields_everywhere(schema: str) -> None:
    """S219."""
    shapes = [each["components"]["schemas"][schema] for each in _documents().values()]
    assert all(shape == shapes[0] for shape in shapes)


def test_the_lists_are_asked_in_the_same_way() -> None:
    """S219: the same sizes, tokens and sorts."""
    asked = [
        each["paths"][_WAITING.format(name)]["get"]["parameters"]
        for name, each in _documents().items()
    ]
    assert all(each == asked[0] for each in asked)


def test_the_page_says_where_each_kind_of_document_is_read() -> None:
    """S219: and the address is one that answers."""
    page = _PAGE.read_text()
    for name, document in _documents().items():
        kinds = document["paths"][f"/v1/approvals/{name}/processes/{{document_type}}"]["get"]
        (parameter,) = [each for each in kinds["parameters"] if each["name"] == "document_type"]
        schema = parameter["schema"]
        for kind in schema.get("enum", [schema.get("const")]):
            told = re.findall(rf"^\| .*`{kind}`.* \| `([^`]+)` \|$", page, re.MULTILINE)
            assert len(told) == 1, f"{kind} needs a line in the table of {_PAGE.name}"
            known = {re.sub(r"{\w+}", "{}", path) for path in document["paths"]}
            assert re.sub(r"{\w+}", "{}", told[0]) in known, kind
