"""What the tests of bad input report of themselves, told at the end of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from tests.integration.robustness.corpus.tally import Tally

#: Requests that were generated from the documents, and how many were answered with a 5xx.
GENERATED, FAILED = "generated requests", "generated requests that failed"

_CLASS = "cases of the class "
_FAILED, _ACCEPTED, _CHANGES = "cases that failed", "cases accepted wrongly", "changes of cases"


def corpus_properties(name: str, tally: Tally) -> Iterator[tuple[str, int]]:
    """What the test of a class reports."""
    yield _CLASS + name, tally.cases
    yield _FAILED, tally.failed
    yield _ACCEPTED, tally.accepted
    yield _CHANGES, tally.changes


def told(properties: Iterable[tuple[str, object]]) -> Iterator[str]:
    """The lines about what the tests reported; none about what did not run."""
    sums = Counter[str]()
    for name, value in properties:
        if isinstance(value, int):
            sums[name] += value
    classes = {
        name.removeprefix(_CLASS): count for name, count in sums.items() if name.startswith(_CLASS)
    }
    if classes:
        shares = ", ".join(f"{name}: {count}" for name, count in classes.items())
        yield (
            f"corpus: {sum(classes.values()):,} cases in {len(classes)} classes ({shares}),"
            f" {sums[_FAILED]} 5xx, {sums[_ACCEPTED]} accepted wrongly, {sums[_CHANGES]} changes"
        )
    if sums[GENERATED]:
        yield f"generated: {sums[GENERATED]:,} requests, {sums[FAILED]} answered with a 5xx"
