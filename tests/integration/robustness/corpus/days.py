"""Days and moments that are none, are out of reach, or end before they begin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.integration.robustness.corpus.tally import Place, Tally, altered, good, operation
from tests.support.bad_input import REFUSED, Case, Literal, bad_values, encoded
from tests.support.operations import at, places

_REFUSED = frozenset({400, 422})
DAY, MOMENT = ("order", "POST /v1/receipts", "received_on"), ("opportunity", "POST /v1/activities")
#: No day of any calendar we keep.
DAYS = {
    each: each
    for each in (
        *("2025-02-29", "1900-02-29", "2100-02-29", "2026-04-31", "2026-00-10", "2026-11-00"),
        *("2026-11-32", "1899-12-31", "2201-01-01", "-2026-11-21", "+2026-11-21", "26-11-21"),
        *("2026/11/21", "21.11.2026", "11-21-2026", "2026-11", "2026", "2026-325", "2026-1-1"),
        *("2026-11-21T00:00:00Z", "2026-11-21T00:00", "2026-11-21Z", "today", "now", "infinity"),
        *("-infinity", "epoch", "allballs", "2026-11-21 BC", "二〇二六年十一月", "令和8年11月21日"),
        *("2026-11-21\u200b", "２０２６-１１-２１", "2026‐11‐21", "null", "NaN", "0", "2461366"),
    )
}
#: No moment, or one of no known offset.
MOMENTS = {
    each: each
    for each in (
        *("2026-11-21T24:00:01Z", "2026-11-21T08:60:00Z", "2026-11-21T08:30:61Z"),
        *("2026-12-31T23:59:60Z", "2026-06-30T23:59:60+00:00", "2026-03-29T02:30:00"),
        *("2026-03-29T02:30:00 Europe/Berlin", "2026-11-21T08:30:00[Asia/Shanghai]"),
        *("2026-11-21T08:30:00+24:00", "2026-11-21T08:30:00+08", "2026-11-21T08:30:00+0800"),
        *("2026-11-21T08:30:00 +08:00", "2026-11-21T08:30:00CST", "2026-11-21T08:30:00-00:60"),
        *("2026-11-21T8:30:00Z", "2026-11-21T08:30:00,5Z", "2026-11-21T08:30:00.Z"),
        *("2025-02-29T08:30:00Z", "1899-12-31T23:59:59Z", "2201-01-01T00:00:00Z", "T08:30:00Z"),
        *("Sat, 21 Nov 2026 08:30:00 GMT", "1795219200000", "P1D", "now", "infinity", "-infinity"),
    )
}
#: First and last day, or the like, of which the second comes first.
BACKWARDS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("order", "POST /v1/contracts", {"starts_on": "2026-12-01", "ends_on": "2026-11-30"}),
    ("customer", "POST /v1/deputies", {"starts_on": "2100-01-07", "ends_on": "2100-01-06"}),
    ("customer", "POST /v1/deputies", {"starts_on": "2001-01-01", "ends_on": "2001-01-02"}),
)
#: Queries about a time that is none.
QUERIES = (
    ("order", "/v1/receipts", "received_from"),
    ("analytics", "/v1/reports/ageing", "as_of"),
)


async def run(tally: Tally) -> None:
    """A day and a moment with all that is neither, and periods that end before they begin."""
    service, name, place = DAY
    await tally.refuse(service, _cases(tally, service, name, place, DAYS))
    await tally.refuse("opportunity", _cases(tally, *MOMENT, "happened_at", MOMENTS))
    for service, name, fields in BACKWARDS:
        case, body = good(tally.worlds[service], name)
        changed = replace(case, name="backwards", content=encoded(body | fields), statuses=REFUSED)
        await tally.refuse(service, [changed])


def _cases(
    tally: Tally, service: str, name: str, place: Place, more: dict[str, str]
) -> Iterator[Case]:
    world = tally.worlds[service]
    _, body = good(world, name)
    (found,) = [each for each in places(operation(world, name), body) if each.text == f"/{place}"]
    seen = set[bytes | None]()
    values: dict[str, Any] = dict(bad_values(found, at(body, found.pointer))) | more
    for case in altered(world, name, place, values):
        if case.content not in seen:
            seen.add(case.content)
            loose = isinstance(values[case.name], Literal)
            yield replace(case, statuses=_REFUSED, pointer=None) if loose else case
