"""When a customer was entered, as terms in the index that holds the pieces of its name.

An index of terms reads all that have a piece, however old, though the newest fill the page. So a
customer also has terms for the periods it was entered in, from a quarter of a second up to five
centuries, each four times as long as the one before. A time and all that follow are few such
terms, and the index leaps over whatever has none of them. No piece of a name looks like one: it has
no signs beside letters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

_EACH = 2
#: Powers of two of milliseconds.
LENGTHS = range(8, 46, _EACH)
#: Of the shortest periods, fewer than so many reach from one id to another.
_MANY = 8


def periods(made: UUID) -> list[str]:
    """Return the periods in which an id (UUIDv7) was made, the shortest first."""
    at = _milliseconds(made)
    return [_term(length, at >> length) for length in LENGTHS]


def periods_since(since: UUID, newest: UUID) -> list[str]:
    """Return periods that hold every id made at the time of one or later, also in the future (of
    centuries), as nobody knows whose clock is ahead; and no more from before than one of them does,
    of which fewer than eight reach to the ``newest`` that is known."""
    at = _milliseconds(since)
    between = _milliseconds(newest) - at
    lengths = [length for length in LENGTHS if between >> length < _MANY]
    return [_term(*period) for period in _from(at, lengths or LENGTHS[-1:])]


def _from(at: int, lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first period and what follows it, in ever longer ones."""
    number = at >> lengths[0]
    for length in lengths[:-1]:
        while number % (1 << _EACH):
            yield length, number
            number += 1
        number >>= _EACH
    yield lengths[-1], number


def _term(length: int, number: int) -> str:
    return f"@{length}:{number:x}"


def _milliseconds(made: UUID) -> int:
    return made.int >> 80
