"""Numbers that are none, or fit in no column: as decimal strings, as integers, in queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.integration.robustness.corpus.tally import Place, Tally, altered, good, operation
from tests.support.bad_input import Case, Literal, bad_values
from tests.support.operations import at, places

_REFUSED = frozenset({400, 422})
#: A place of each kind of number: money, quantities, shares, counts.
PLACES: tuple[tuple[str, str, Place], ...] = (
    ("order", "POST /v1/receipts", "amount/amount"),
    ("order", "POST /v1/orders", "lines/0/quantity"),
    ("order", "POST /v1/orders", "lines/0/discount"),
    ("order", "POST /v1/contracts", "payment_days"),
    ("order", "POST /v1/stock", "on_hand"),
    ("opportunity", "PUT /v1/number-ranges/opportunity/{series}", "others/first"),
)
#: What no kind of number takes as it stands, JSON or not.
LITERALS = {
    each: Literal(each)
    for each in (
        "NaN",
        "-NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "-1e999",
        "1e-999999",
        "1.0e+400",
        "0x1F",
        "1_000",
        "007",
        "-007",
        "+7",
        ".7",
        "7.",
        "1e",
        "-",
        "1 000",
        "1,000",
        "７",
        "٧",
        "9" * 400,
        "-" + "9" * 5_000,
        "0." + "9" * 5_000,
        "9" * 25,
        "-0.0",
        "1.005",
        "2147483648",
        "-2147483649",
        "9223372036854775808",
        "18446744073709551616",
        "170141183460469231731687303715884105728",
    )
}
#: What a query takes for no number of items.
SIZES = (
    *("0", "-1", "1.0", "1e1", "0x10", "1_0", "007x", "NaN", "Infinity", "true", "null", "[]"),
    *("2147483648x", "-9223372036854775809", "%2B%2B1", "1%2C000", "%EF%BC%91", "%D9%A1", "½"),
)


async def run(tally: Tally) -> None:
    """Each place with all that is none of its numbers."""
    for service, name, place in PLACES:
        await tally.refuse(service, _cases(tally, service, name, place))
    await tally.refuse("customer", _sizes(tally))


def _cases(tally: Tally, service: str, name: str, place: Place) -> Iterator[Case]:
    world = tally.worlds[service]
    _, body = good(world, name)
    (found,) = [each for each in places(operation(world, name), body) if each.text == f"/{place}"]
    seen = set[bytes | None]()
    values: dict[str, Any] = dict(bad_values(found, at(body, found.pointer)))
    for case in altered(world, name, place, values | LITERALS):
        loose = isinstance((values | LITERALS)[case.name], Literal)
        if case.content not in seen:
            seen.add(case.content)
            yield replace(case, statuses=_REFUSED, pointer=None) if loose else case


def _sizes(tally: Tally) -> Iterator[Case]:
    case, _ = good(tally.worlds["customer"], "GET /v1/customers")
    for size in SIZES:
        path = f"/v1/customers?page_size={size}".replace("½", "%C2%BD")
        yield replace(case, kind="query", name=size, path=path, pointer="/query/page_size")
