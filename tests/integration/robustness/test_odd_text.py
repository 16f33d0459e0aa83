"""Text is kept as it was written: what looks odd is odd to people, not to the system."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.integration.robustness.worlds import World
from tests.support.operations import at, operations, replaced

TEXTS = {
    "right to left": "\u202egnp.eciovni",
    "Arabic and Hebrew": "شركة · חברה",
    "zero width": "a\u200bb\u200cc\u200dd\ufeffe",
    "emoji of several": "👩\u200d👩\u200d👧\u200d👦 🇨🇳 ❤\ufe0f",
    "four bytes": "𠮷野家 𝔘𝔫𝔦",
    "composed": "Caf\u00e9 \u1e9b\u0323",
    "decomposed": "Cafe\u0301 \u017f\u0323\u0307",
    "combining marks": "e" + "\u0301" * 150,
    "variants": "骨\U000e0100 直 ㍿ ﾊﾝｶｸ ＦＵＬＬ",
    "Uyghur and Tibetan": "شىنجاڭ བོད་",
    "control characters": "bell\x07escape\x1b[31mred\x1b[0m",
    "line ends": "first\r\nSet-Cookie: a=b\r\n\r\nsecond",
    "separators": "a\u2028b\u2029c\x85d",
    "private use": "\ue000\uf8ff",
    "not a character": "\uffff\ufdd0",
    "markup": "<script>alert(1)</script><!-- & &amp; ]]>",
    "SQL": "'; DROP TABLE customer; -- \" \\",
    "LIKE": "100%_\\",
    "template": "{{7*7}} ${7*7} {0.__class__} %s%n #{7*7}",
    "formula": "=cmd|' /C calc'!A0",
    "path": "../../../etc/passwd%00.png",
    "JSON": '{"a": [null, "\\u0000"]}',
    "text of null": "null",
    "text of NaN": "NaN",
}
#: Where something new is entered, and which field is text.
ENTRIES = (
    ("customer", "/v1/customers", "name"),
    ("customer", "/v1/customers", "note"),
    ("customer", "/v1/customers/{customer_id}/contacts", "name"),
    ("opportunity", "/v1/opportunities", "name"),
    ("opportunity", "/v1/products", "name"),
    ("opportunity", "/v1/activities", "details"),
    ("order", "/v1/contracts", "title"),
    ("order", "/v1/receipts", "note"),
    ("order", "/v1/receipts", "account"),
)


@pytest.fixture(scope="module")
async def clients(worlds: dict[str, World]) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """Somebody who may do everything, in each service."""
    made = {name: world.client() for name, world in worlds.items()}
    yield made
    for client in made.values():
        await client.aclose()


def body_for(world: World, path: str) -> tuple[str, dict[str, Any]]:
    """The address of an entry, and a body it takes."""
    document = world.service.app.openapi()
    (operation,) = [
        each
        for each in operations(world.service.service.name, document)
        if (each.method, each.path) == ("POST", path)
    ]
    body = next(operation.bodies(world.known))
    schema = operation.body_schema or {}
    needed = {*schema["required"], "accept_duplicates"}
    if "code" in body:
        body["code"] = f"P-{uuid4().hex[:12]}"
    return operation.address(world.known), {
        name: value for name, value in body.items() if name in needed
    }


@pytest.mark.parametrize(("service", "path", "field"), ENTRIES)
async def test_odd_text_is_kept_as_it_was_written(
    worlds: dict[str, World],
    clients: dict[str, httpx.AsyncClient],
    service: str,
    path: str,
    field: str,
) -> None:
    """The same text is acceptable everywhere, and reads as it was written."""
    client, found = clients[service], list[str]()
    for name, text in TEXTS.items():
        address, body = body_for(worlds[service], path)
        changed = replaced(body, (field,), text)
        key = {"Idempotency-Key": str(uuid4())}
        entered = await client.post(address, json=changed, headers=key)
        if entered.status_code != 201:
            found.append(f"{name}: {entered.status_code} {entered.text[:200]}")
            continue
        read = await client.get(entered.headers["location"])
        if at(read.json(), (field,)) != text or read.json() != entered.json():
            found.append(f"{name}: reads {at(read.json(), (field,))!r}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("term", ["%", "_", "\\", "%%", "__", "\\%", "*", "?"])
@pytest.mark.parametrize("path", ["/v1/customers", "/v1/staff"])
async def test_signs_of_patterns_find_only_themselves(
    clients: dict[str, httpx.AsyncClient], path: str, term: str
) -> None:
    """A search is no pattern."""
    answer = await clients["customer"].get(path, params={"q": term})
    assert answer.status_code == 200, answer.text
    names = [each["name"] for each in answer.json()["items"]]
    assert all(term in name for name in names), names
