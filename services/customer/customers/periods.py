"""When a customer was entered, as terms in the index that holds the pieces of its name.

An index of terms reads all that have a piece, however old, though the newest fill the page. So a
customer also has terms for the periods it was entered in, from a quarter of a second up to all
that an id can tell, each four times as long as the one before. A time and all that follow are few
such terms, and the index leaps over whatever has none of them. A term is longer than any piece of
a name, so that nobody is found by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

_STEP = 2
#: A period lasts 2 to the power of one of these, in milliseconds; an id has 48 bits of them. Every
#: customer is stored with its periods: other lengths need a migration that writes all anew.
LENGTHS = range(8, 50, _STEP)
#: The shortest that are asked for are longer than this part of the time in question.
_PART = 8


def periods(made: UUID) -> list[str]:
    """Return the periods in which an id (UUIDv7) was made, the shortest first."""
    at = _milliseconds(made)
    return [_term(length, at >> length) for length in LENGTHS]


def periods_in_sql(made: str) -> str:
    """Return the SQL of the same, as an array: of a column, or what else is an id."""
    at = f"('x' || left(replace({made}::text, '-', ''), 12))::bit(48)::bigint"
    lengths = f"generate_series({LENGTHS[0]}, {LENGTHS[-1]}, {_STEP})"
    return f"ARRAY(SELECT '@' || n || ':' || to_hex({at} >> n) FROM {lengths} AS n)"  # noqa: S608 - constants


def periods_since(since: UUID, counted: UUID) -> list[str]:
    """Return periods that hold every id made at the time of one or later, also in the future, as
    nobody knows whose clock is ahead. They hold as well what came before it, at most half as long
    as from there to the last id that was ``counted``, or a quarter of a second."""
    at = _milliseconds(since)
    between = _milliseconds(counted) - at
    lengths = [length for length in LENGTHS if between >> length < _PART]
    return [_term(*period) for period in _from(at, lengths)]


def _from(at: int, lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first period and what follows it, in ever longer ones."""
    number = at >> lengths[0]
    for length in lengths[:-1]:
        while number % (1 << _STEP):
            yield length, number
            number += 1
        number >>= _STEP
    yield lengths[-1], number


def _term(length: int, number: int) -> str:
    return f"@{length}:{number:x}"


def _milliseconds(made: UUID) -> int:
    return made.int >> 80
