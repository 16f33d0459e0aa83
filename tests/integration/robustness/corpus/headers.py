"""Headers that are malformed, missing, stale, doubled or too large, and requests that two parties
on the way could understand differently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.integration.robustness.corpus.tally import Tally, good, key, operation
from tests.support.bad_input import Case, header_cases

#: With a key and a version, with a version alone, with neither.
WRITES = (
    ("order", "POST /v1/receipts/{receipt_id}/reverse"),
    ("customer", "PATCH /v1/customers/{customer_id}"),
    ("customer", "POST /v1/customers"),
)
#: What asks for a version that the document never had, or in no form there is.
TAGS = ('"v999999"', '"v2147483648"', '"v999999999999999999"', '"v7"', '"v1000000"')
#: Content types that are not that of JSON.
TYPES = (
    *("text/json", "application/x-json", "application/jsonp", "json", "application/", "/json"),
    *("application/json2", "text/html", "application/x-www-form-urlencoded", "image/png"),
    *("application/xml, application/json", "multipart/mixed; boundary=x", "*/*", "text/csv"),
)


async def run(tally: Tally) -> None:
    """Each write with each header that it must not have."""
    for service, name in WRITES:
        world = tally.worlds[service]
        await tally.refuse(service, header_cases(operation(world, name), world.known))
    await tally.refuse("customer", _stale(tally))
    await tally.refuse("customer", _types(tally))


def _stale(tally: Tally) -> Iterator[Case]:
    case, _ = good(tally.worlds["customer"], WRITES[1][1])
    others = tuple(each for each in case.headers if each[0] != "if-match")
    for tag in TAGS:
        headers = (*others, ("if-match", tag))
        yield replace(case, kind="stale", name=tag, headers=headers, statuses=frozenset({412}))


def _types(tally: Tally) -> Iterator[Case]:
    case, _ = good(tally.worlds["customer"], WRITES[2][1])
    for kind in TYPES:
        headers = (("content-type", kind), key())
        statuses = frozenset({415, 422})
        yield replace(case, kind="content type", name=kind, headers=headers, statuses=statuses)
