"""The corpus of bad input, made for any operation from the document that describes it.

Every case is a request that must be refused without effect. ``pointer`` is the field the refusal
has to name, ``statuses`` what it may answer, ``codes`` what its problem document may be called.
"""

from __future__ import annotations

import codecs
import gzip
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from shared.http.fields import NOT_BLANK
from tests.support.operations import (
    Json,
    Known,
    Operation,
    Place,
    at,
    places,
    replaced,
    without,
)

Headers = tuple[tuple[str, str | bytes], ...]
MALFORMED, REFUSED = frozenset({400}), frozenset({422})
_EITHER = MALFORMED | REFUSED
_NOT_THERE = frozenset({404, 409, 422})
_DEPTH, _DIGITS = 100_000, 5_000


class Literal(str):
    """JSON text that stands in a body as it is."""


@dataclass(frozen=True)
class Case:
    """One request that must be refused."""

    kind: str
    name: str
    method: str
    path: str
    headers: Headers
    content: bytes | None
    statuses: frozenset[int]
    pointer: str | None = None
    codes: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.method} {self.path[:80]}: {self.kind}, {self.name}"


def encoded(body: Any) -> bytes:
    """A body as JSON; a Literal in it stays as it is."""
    literals: list[str] = []

    def kept(value: Any) -> Any:
        if isinstance(value, Literal):
            literals.append(value)
            return "@literal@"
        if isinstance(value, dict):
            return {key: kept(each) for key, each in value.items()}
        return [kept(each) for each in value] if isinstance(value, list) else value

    text = json.dumps(kept(body), ensure_ascii=False)
    for literal in literals:
        text = text.replace('"@literal@"', literal, 1)
    return text.encode()


def cases(operation: Operation, known: Known) -> Iterator[Case]:
    """Every bad input for one operation."""
    yield from address_cases(operation, known)
    if not operation.writes:
        yield from query_cases(operation, known)
        return
    seen: set[tuple[str, str, bytes | None]] = set()
    for number, body in enumerate(operation.bodies(known)):
        if number == 0:
            yield from syntax_cases(operation, known, body)
        for case in field_cases(operation, known, body):
            if (each := (case.kind, case.name, case.content)) not in seen:
                seen.add(each)
                yield case
    is_looked_at = "requestBody" in operation.description or operation.takes("Idempotency-Key")
    if operation.body_schema is None and is_looked_at:
        yield from form_cases(operation, known)
    yield from header_cases(operation, known)


def good_request(operation: Operation, known: Known) -> Case:
    """The request that the cases are variations of; not refused for its form."""
    body = next(operation.bodies(known), None)
    headers: Headers = () if body is None else (("content-type", "application/json"),)
    if operation.takes("If-Match"):
        headers += (("if-match", "*"),)
    if operation.takes("Idempotency-Key"):
        headers += (("idempotency-key", str(uuid4())),)
    content = None if body is None else encoded(body)
    address = operation.address(known)
    return Case("", "good", operation.method, address, headers, content, REFUSED)


# -- bodies ----------------------------------------------------------------------------------------


def syntax_cases(operation: Operation, known: Known, body: Json) -> Iterator[Case]:
    """Bodies that are not JSON, not UTF-8, or not an object."""
    good = good_request(operation, known)
    text = encoded(body)
    broken: dict[str, bytes] = {
        "truncated": text[:-1],
        "byte order mark": codecs.BOM_UTF8 + text,
        "trailing data": text + b" {}",
        "trailing comma": text[:-1] + b",}",
        "comment": b"/* hello */ " + text,
        "line comment": text + b" // hello",
        "single quotes": b"{'a': 'b'}",
        "UTF-16": text.decode().encode("utf-16"),
        "UTF-32": text.decode().encode("utf-32"),
        "not UTF-8": b'{"a": "\xff\xfe"}',
        "overlong UTF-8": b'{"a": "\xc0\xaf"}',
        "encoded surrogate": b'{"a": "\xed\xa0\x80"}',
        "raw control character": b'{"a": "\x01\n"}',
        "raw NUL": b'{"a": "\0"}',
        "escaped NUL": rb'{"a": "\u0000"}',
        "escaped NUL in a name": rb'{"\u0000": 1}',
        "lone surrogate": rb'{"a": "\ud800"}',
        "lone surrogate in a name": rb'{"\udfff": 1}',
        "NaN": b'{"a": NaN}',
        "Infinity": b'{"a": -Infinity}',
        "leading zero": b'{"a": 007}',
        "underscore in a number": b'{"a": 1_0}',
        "hexadecimal number": b'{"a": 0x10}',
        "deep, never closed": b"[" * _DEPTH,
        "deep": b"[" * _DEPTH + b"]" * _DEPTH,
        "deep objects": b'{"a":' * _DEPTH + b"1" + b"}" * _DEPTH,
        "only blanks": b"  \n ",
        "gzip": gzip.compress(text),
        "form": b"a=1&b=2",
    }
    for name, content in broken.items():
        yield replace(good, kind="syntax", name=name, content=content, statuses=MALFORMED)
    roots = {
        "list": b"[]",
        "list of the object": b"[" + text + b"]",
        "text": b'"text"',
        "number": b"7",
        "true": b"true",
        "null": b"null",
        "5,000 digits": b"9" * _DIGITS,
        "great exponent": b"1e999999",
        "5,000 digits in a field": b'{"a": ' + b"9" * _DIGITS + b"}",
        "great exponent in a field": b'{"a": 1e999999}',
    }
    for name, content in roots.items():
        yield replace(good, kind="root", name=name, content=content, statuses=_EITHER)
    for kind in ("text/plain", "application/xml", "multipart/form-data; boundary=x", ""):
        others = tuple(each for each in good.headers if each[0] != "content-type")
        headers = (*others, ("content-type", kind)) if kind else others
        statuses = frozenset({415, 422})
        yield replace(good, kind="content type", name=kind, headers=headers, statuses=statuses)


def field_cases(operation: Operation, known: Known, body: Json) -> Iterator[Case]:
    """Every field of the body, with values that are none of its."""
    good = good_request(operation, known)

    def case(kind: str, name: str, changed: Any, pointer: str | None = None) -> Case:
        literal = pointer is None
        statuses = _EITHER if literal else REFUSED
        return replace(
            good, kind=kind, name=name, content=encoded(changed), statuses=statuses, pointer=pointer
        )

    yield case("extra field", "no_such_field", {**body, "no_such_field": 1}, "/no_such_field")
    for place in places(operation, body):
        value = at(body, place.pointer)
        if place.required:
            yield case("missing", place.text, without(body, place.pointer), place.text)
        if not place.nullable:
            yield case("null", place.text, replaced(body, place.pointer, None), place.text)
        if isinstance(value, dict) and "properties" in place.schema:
            inner = f"{place.text}/no_such_field"
            extra = replaced(body, place.pointer, {**value, "no_such_field": 1})
            yield case("extra field", inner, extra, inner)
        for name, bad in bad_values(place, value):
            pointer = None if isinstance(bad, Literal) else place.text
            yield case(
                "value", f"{place.text}: {name}", replaced(body, place.pointer, bad), pointer
            )
        if place.schema.get("format") == "uuid":
            unknown = case("unknown id", place.text, replaced(body, place.pointer, str(uuid4())))
            yield replace(unknown, statuses=_NOT_THERE)
        yield from _mixed_currencies(good, body, place, value)
    if (greatest := _greatest(operation, body)) is not None:
        yield replace(case("overflow", "greatest", greatest), statuses=_NOT_THERE)


def foreign_fields(operation: Operation, known: Known, names: Iterable[str]) -> Case | None:
    """One request that tries to set all of these fields at once, but for those that it takes."""
    body = next(operation.bodies(known), None)
    schema = operation.body_schema
    if body is None or schema is None:
        return None
    foreign = {name: 1 for name in names if name not in schema["properties"]}
    good = good_request(operation, known)
    return replace(good, kind="foreign fields", content=encoded(body | foreign))


def bad_values(place: Place, value: Any) -> Iterator[tuple[str, Any]]:
    """What may not stand in one place."""
    schema, name = place.schema, str(place.pointer[-1])
    yield "great exponent", Literal("1e999999")
    yield "5,000 digits", Literal("9" * _DIGITS)
    kind = schema.get("type")
    if "enum" in schema:
        found = _ENUM
    elif schema.get("format") in _FORMATS:
        found = _FORMATS[schema["format"]]
    elif "pattern" in schema and _is_decimal(schema["pattern"]):
        found = dict(_decimals(schema["pattern"]))
    elif kind == "string":
        found = dict(_texts(schema, name))
    elif kind == "integer":
        found = dict(_integers(schema))
    elif kind == "array":
        found = dict(_lists(schema, value))
    else:
        found = {"boolean": _BOOLEAN, "object": _OBJECT}[str(kind)]
    yield from found.items()


_ENUM = {
    "unknown": "no-such-value",
    "empty": "",
    "number": 7,
    "true": True,
    "list": [],
    "object": {},
}
_BOOLEAN = {"text": "true", "yes": "yes", "one": 1, "zero": 0, "list": [], "object": {}}
_OBJECT = {"list": [], "text": "12.50", "number": 12.5, "true": True}
_DATES = {
    "30 February": "2026-02-30",
    "month 13": "2026-13-01",
    "year 0": "0000-01-01",
    "year 1": "0001-01-01",
    "year 9999": "9999-12-31",
    "five digits of year": "12026-01-01",
    "basic format": "20261121",
    "week": "2026-W47-6",
    "epoch": 1795219200,
    "epoch as text": "1795219200",
    "full-width digits": "２０２６-11-21",
    "blank before": " 2026-11-21",
    "line end": "2026-11-21\n",
    "empty": "",
    "true": True,
    "list": [],
    "object": {},
}
_MOMENTS = {
    "naive": "2026-11-21T08:30:00",
    "no time": "2026-11-21",
    "30 February": "2026-02-30T08:30:00Z",
    "year 0": "0000-01-01T00:00:00Z",
    "year 1 to the east": "0001-01-01T00:00:00+14:00",
    "year 9999 to the west": "9999-12-31T23:59:59-12:00",
    "hour 25": "2026-11-21T25:00:00Z",
    "offset of 30 hours": "2026-11-21T08:30:00+30:00",
    "epoch": 1795219200,
    "epoch as text": "1795219200",
    "fraction of an epoch": 1795219200.5,
    "full-width digits": "２０２６-11-21T08:30:00Z",
    "empty": "",
    "true": True,
    "list": [],
    "object": {},
}
_UUIDS = {
    "no uuid": "not-a-uuid",
    "too long": "0193e2f0-0000-7000-8000-0000000000000",
    "full-width digits": "０193e2f0-0000-7000-8000-000000000000",
    "empty": "",
    "number": 7,
    "true": True,
    "list": [],
    "object": {},
}
_FORMATS: dict[str, dict[str, Any]] = {"date": _DATES, "date-time": _MOMENTS, "uuid": _UUIDS}
#: Text that is well formed as text, and still none of the field's.
_MISFORMED = {
    "phone": "no telephone",
    "tax_id": "91110000600037341X",
    "email": "nobody.example.com",
}


def _is_decimal(pattern: str) -> bool:
    return bool(re.search(pattern, "1")) and not re.search(pattern, "x")


def _decimals(pattern: str) -> Iterator[tuple[str, Any]]:
    places = next(n for n in range(1, 10) if not re.search(pattern, "0." + "1" * (n + 1)))
    yield "number", 12.5
    yield "whole number", 12
    yield "true", True
    yield "list", []
    yield "object", {}
    yield "too many places", "0." + "0" * places + "5"
    yield "too many digits", "9" * 17
    texts = "007 1e5 NaN Infinity -Infinity +1 -1 -0 -0.01 .5 1. 0x10 1_0 1,000 １２ ١٢ ½ 1/2 一"
    for text in texts.split():
        yield text, text
    yield "empty", ""
    yield "blank before", " 1"
    yield "blank behind", "1 "
    yield "line end", "1\n"
    yield "5,000 digits of text", "9" * _DIGITS
    for number in ("0", "0.00", "1.1"):
        if not re.search(pattern, number):
            yield number, number


def _texts(schema: Json, name: str) -> Iterator[tuple[str, Any]]:
    yield "number", 7
    yield "fraction", 7.5
    yield "true", True
    yield "list", []
    yield "object", {}
    if schema.get("minLength"):
        yield "empty", ""
        yield "blanks", "  "
    if "maxLength" in schema:
        yield "too long", "x" * (schema["maxLength"] + 1)
        yield "10,000 combining marks", "e" + "\u0301" * 10_000
    if name in _MISFORMED:
        yield "misformed", _MISFORMED[name]
    if schema.get("pattern", NOT_BLANK) != NOT_BLANK:
        for text in ("a b", "Ａ１", "\u202eabc", "../etc", "a\u200bb", "x" * 300):
            yield text[:10], text


def _integers(schema: Json) -> Iterator[tuple[str, Any]]:
    yield "text", "7"
    yield "007", "007"
    yield "1e5", "1e5"
    yield "full-width digits", "７"
    yield "fraction", 7.5
    yield "true", True
    yield "2**63", 2**63
    yield "-2**63 - 1", -(2**63) - 1
    yield "2**31", 2**31
    yield "list", []
    yield "object", {}
    yield "below", int(schema["minimum"]) - 1
    yield "above", int(schema["maximum"]) + 1


def _lists(schema: Json, value: list[Any]) -> Iterator[tuple[str, Any]]:
    yield "text", "text"
    yield "number", 7
    yield "object", {}
    yield "true", True
    yield "empty text", ""
    if schema.get("minItems"):
        yield "empty", []
    if "maxItems" in schema:
        yield "too many", value[:1] * (schema["maxItems"] + 1)


def _greatest(operation: Operation, body: Json) -> Json | None:
    """The body with the greatest quantities and amounts: their product fits nowhere."""
    factors = set()
    for place in places(operation, body):
        digits = re.search(r"\[1-9\]\[0-9\]\{0,(\d+)\}", place.schema.get("pattern", ""))
        if digits and _is_decimal(place.schema["pattern"]):
            factors.add(digits[1])
            body = replaced(body, place.pointer, "9" * (int(digits[1]) + 1))
    return body if len(factors) > 1 else None


def _mixed_currencies(good: Case, body: Json, place: Place, value: Any) -> Iterator[Case]:
    """Two items of a list in two currencies."""
    if not isinstance(value, list) or not value or not isinstance(value[0], dict):
        return
    for name, inner in value[0].items():
        if isinstance(inner, dict) and "currency" in inner:
            other = {**value[0], name: {**inner, "currency": "USD"}}
            content = encoded(replaced(body, place.pointer, [value[0], other]))
            yield replace(
                good,
                kind="mixed currency",
                name=f"{place.text}/1/{name}",
                content=content,
                statuses=_NOT_THERE,
            )


def form_cases(operation: Operation, known: Known) -> Iterator[Case]:
    """Bodies for an operation that takes a form; or none, but that looks at a body with a key."""
    good = good_request(operation, known)
    takes_form = "requestBody" in operation.description
    bodies = _FORMS if takes_form else _UNASKED
    for name, (kind, content) in bodies.items():
        headers = (*good.headers, ("content-type", kind))
        statuses = frozenset({400, 415, 422, 429}) if takes_form else MALFORMED
        yield replace(
            good, kind="form", name=name, headers=headers, content=content, statuses=statuses
        )


_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_PARTS = "multipart/form-data; boundary=x"
_FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
_PASSWORD = b"grant_type=password&password=x&username="
_FORMS = {
    "nothing": (_FORM, b""),
    "JSON": (_JSON, b'{"grant_type": "password", "username": "a", "password": "b"}'),
    "no file": (_PARTS, b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--x--\r\n"),
    "an empty file": (_PARTS, _FILE + b"\r\n--x--\r\n"),
    "a file that does not end": (_PARTS, _FILE + b"name\nA"),
    "a file of another kind": (_PARTS, _FILE.replace(b"csv", b"exe") + b"MZ\r\n--x--\r\n"),
    "a file name with a line end": (_PARTS, _FILE.replace(b"a.csv", b"a\r\nX: y") + b"\r\n--x--"),
    "JSON as a form": (_FORM, b'{"grant_type": "password"}'),
    "broken multipart": ("multipart/form-data; boundary=x", b"--x\r\nContent-"),
    "multipart without boundary": ("multipart/form-data", b"--x--"),
    "no password": (_FORM, b"grant_type=password&username=a"),
    "unknown grant type": (_FORM, b"grant_type=implicit&username=a&password=b"),
    "NUL": (_FORM, _PASSWORD + b"a%00b"),
    "not UTF-8": (_FORM, _PASSWORD + b"%ff%fe"),
    "raw bytes": (_FORM, _PASSWORD + b"\xff\x00\xfe"),
    "encoded surrogate": (_FORM, _PASSWORD + b"%ED%A0%80"),
    "SQL": (_FORM, _PASSWORD + b"%27%20OR%201%3D1%20--"),
    "full-width": (_FORM, _PASSWORD + b"%EF%BD%81dmin"),
    "right to left": (_FORM, _PASSWORD + b"%E2%80%AEnimda"),
    "line ends": (_FORM, _PASSWORD + b"a%0d%0aSet-Cookie:x"),
    "too long": (_FORM, _PASSWORD + b"a" * 257),
    "200 kB": (_FORM, _PASSWORD + b"a" * 200_000),
    "10,000 fields": (_FORM, b"a=1&" * 10_000),
    "twice": (_FORM, _PASSWORD + b"a&username=b"),
}
_UNASKED = {
    "truncated": (_JSON, b"{"),
    "not UTF-8": (_JSON, b'"\xff"'),
    "NaN": (_JSON, b'{"a": NaN}'),
    "lone surrogate": (_JSON, rb'"\ud800"'),
    "NUL": (_JSON, rb'"\u0000"'),
    "deep": (_JSON, b"[" * _DEPTH),
}


# -- headers and addresses -------------------------------------------------------------------------


def header_cases(operation: Operation, known: Known) -> Iterator[Case]:
    """Headers that are malformed, missing, stale, or want what nobody offers."""
    good = good_request(operation, known)

    def case(name: str, value: str | bytes, **fields: Any) -> Case:
        others = tuple(each for each in good.headers if each[0] != name.lower())
        shown = f"{name}: {value!r:.30}"
        given = {"kind": "header", "name": shown, "statuses": MALFORMED, **fields}
        return replace(good, headers=(*others, (name.lower(), value)), **given)

    def missing(name: str, status: int) -> Case:
        others = tuple(each for each in good.headers if each[0] != name.lower())
        statuses = frozenset({status})
        return replace(good, kind="header", name=f"no {name}", headers=others, statuses=statuses)

    if operation.takes("Idempotency-Key"):
        for key in (
            "",
            "x" * 256,
            "two words",
            "a\tb",
            "a\x7fb",
            "键".encode(),
            b"\xe9",
            b"a\x80b",
        ):
            yield case("Idempotency-Key", key)
        yield _sent_twice(good, "idempotency-key", ("first", "second"))
    if operation.requires("Idempotency-Key"):
        yield missing("Idempotency-Key", 400)
    if operation.takes("If-Match"):
        tags = 'W/"v1" |"v1", "v2"|v1|"1"|"v0"|"v01"|"v-1"|"v１"|"v1e1"|"v1" x|*, "v1"||*,*|"'
        for tag in (*tags.split("|"), f'"v{"9" * 19}"', f'"v{"9" * 5000}"', '"v1'):
            yield case("If-Match", tag.encode())
        yield _sent_twice(good, "if-match", ('"v1"', '"v2"'))
        stale = f'"v{10**9}"'
        if operation.requires("If-Match"):
            yield case("If-Match", stale, statuses=frozenset({404, 409, 412, 422}))
            yield missing("If-Match", 428)
    yield from _carried(operation, good)
    for method in ("TRACE", "BREW"):
        yield replace(good, kind="method", name=method, method=method, statuses=frozenset({405}))


def _sent_twice(good: Case, name: str, values: tuple[str, str]) -> Case:
    """Nobody knows which one counts."""
    others = tuple(each for each in good.headers if each[0] != name)
    headers = (*others, *((name, value) for value in values))
    return replace(good, kind="header", name=f"{name} twice", headers=headers, statuses=MALFORMED)


def _carried(operation: Operation, good: Case) -> Iterator[Case]:
    """What a refusal has to survive: each comes with a reason to refuse."""
    if operation.takes("Idempotency-Key"):
        others = tuple(each for each in good.headers if each[0] != "idempotency-key")
        refused = replace(good, headers=(*others, ("idempotency-key", "")))
    elif operation.body_schema is not None:
        refused = replace(good, content=b"{")
    else:
        return
    refused = replace(refused, statuses=MALFORMED)
    odd: dict[str, tuple[str, str | bytes]] = {
        "garbage traceparent": ("traceparent", "00-xyz-'; DROP TABLE outbox; --"),
        "traceparent of NULs": ("traceparent", b"\x00\x00\x01"),
        "method override": ("x-http-method-override", "DELETE"),
        "foreign host": ("host", "evil.example"),
        "forwarded": ("x-forwarded-for", "' OR 1=1 --"),
        "accept nothing": ("accept", "image/png"),
        "languages": ("accept-language", "x" * 8_000),
    }
    for name, header in odd.items():
        yield replace(refused, kind="header", name=name, headers=(*refused.headers, header))
    too_large = replace(refused, kind="header", statuses=frozenset({431}))
    for name, headers in (
        ("huge header", (("x-junk", "x" * 65_536),)),
        ("many large headers", tuple((f"x-junk-{n}", "x" * 1_000) for n in range(40))),
        ("101 headers", tuple((f"x-junk-{n}", "x") for n in range(101))),
    ):
        yield replace(too_large, name=name, headers=(*refused.headers, *headers))
    queries = {
        "1,500 parameters": "&".join(["a=1"] * 1_500),
        "unknown parameters": "version=1&id=2&_method=DELETE",
    }
    for name, query in queries.items():
        yield replace(refused, kind="query", name=name, path=f"{good.path}?{query}")
    too_long = replace(refused, kind="query", statuses=frozenset({414}))
    for name, query in (
        ("64 kB query", "x=" + "y" * 65_536),
        ("10,000 parameters", "&".join(["a=1"] * 10_000)),
    ):
        yield replace(too_long, name=name, path=f"{good.path}?{query}")


def address_cases(operation: Operation, known: Known) -> Iterator[Case]:
    """Paths and queries that no text column could hold, and ids that are none."""
    good = good_request(operation, known)
    statuses = frozenset({400, 404, 422})
    for part in ("%00", "%ff", "%ED%A0%80", "%C0%AF"):
        query = f"{good.path}?x={part}"
        yield replace(good, kind="query", name=part, path=query, statuses=MALFORMED)
    for parameter in operation.parameters:
        if parameter["in"] != "path":
            continue
        name = parameter["name"]
        for value in (
            "%00",
            "%ff",
            "a%00b",
            "%0d%0a",
            "..%2f..%2fetc",
            "x" * 300,
            "%25",
            "%F0%9F%92",
        ):
            path = operation.address({**known, name: "@value@"}).replace("%40value%40", value)
            yield replace(
                good, kind="path", name=f"{name}={value:.20}", path=path, statuses=statuses
            )
        if parameter["schema"].get("format") == "uuid":
            for value in ("not-a-uuid", "7", "null", "0193e2f0-0000-7000-8000-0000000000000"):
                path = operation.address({**known, name: value})
                yield replace(
                    good,
                    kind="path",
                    name=f"{name}={value}",
                    path=path,
                    statuses=REFUSED,
                    pointer=f"/path/{name}",
                )


def query_cases(operation: Operation, known: Known) -> Iterator[Case]:
    """Query parameters of a read, with values that are none of theirs."""
    good = good_request(operation, known)
    is_there = all(each["name"] in known for each in operation.parameters if each["in"] == "path")
    for parameter in operation.parameters:
        if parameter["in"] != "query":
            continue
        schema, name = operation.resolve(parameter["schema"]), parameter["name"]
        for value in _bad_parameters(schema, name):
            query = f"{name}={value}" + other_required(operation, known, name)
            yield replace(
                good,
                kind="query",
                name=f"{name}={value:.20}",
                path=f"{good.path}?{query}",
                statuses=REFUSED if is_there else _NOT_THERE,
                pointer=f"/query/{name}" if is_there else None,
            )


def _bad_parameters(schema: Json, name: str) -> Iterator[str]:
    if name == "sort":
        yield from ("no_such_sort", "", "-", "--created", "id;DROP", "created,-created")
    elif name == "page_token":
        yield from ("x", "AAAA", "A" * 1_999, "A" * 2_001, "%E4%BD%A0", "..", "-_-_")
    elif schema.get("type") == "integer":
        yield from ("0", "-1", str(2**63), "abc", "1.5", "%EF%BC%97", "", "9" * 5_000)
    elif "enum" in schema:
        yield from ("no_such_value", "", "7")
    elif schema.get("format") == "uuid":
        yield from ("no-uuid", "7", "")
    elif schema.get("format") == "date":
        yield from ("2026-02-30", "0000-01-01", "9999-12-31", "1795219200", "today", "")
    elif schema.get("type") == "boolean":
        yield from ("maybe", "2", "")
    elif "maxLength" in schema:
        yield "x" * (schema["maxLength"] + 1)


def other_required(operation: Operation, known: Known, besides: str) -> str:
    """What a query must have besides one parameter, to be put behind it."""
    found = ""
    for each in operation.parameters:
        name = each["name"]
        if each["in"] == "query" and each.get("required") and name != besides:
            schema = operation.resolve(each["schema"])
            given = known.get(name) or (schema.get("examples") or schema.get("enum") or ["1"])[0]
            found += f"&{name}={given}"
    return found
