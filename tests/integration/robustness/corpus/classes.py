"""The classes of bad input, and how many cases each has at least."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.integration.robustness.corpus import (
    addresses,
    amounts,
    business,
    days,
    events,
    files,
    headers,
    injections,
    numbers,
    syntax,
    texts,
    tokens,
)
from tests.integration.robustness.corpus.tally import Tally


@dataclass(frozen=True)
class Class:
    """One class: ``run`` sends its cases."""

    least: int
    run: Callable[[Tally], Awaitable[None]]


CLASSES = {
    "JSON": Class(60, syntax.run),
    "text": Class(80, texts.run),
    "numbers": Class(110, numbers.run),
    "money": Class(90, amounts.run),
    "dates": Class(70, days.run),
    "ids and parameters": Class(120, addresses.run),
    "headers": Class(110, headers.run),
    "injection": Class(200, injections.run),
    "business": Class(250, business.run),
    "tokens": Class(40, tokens.run),
    "files": Class(60, files.run),
    "events": Class(110, events.run),
}
