"""What is always true of document numbers, in each service that gives some (226)."""

from __future__ import annotations

from shared.db.invariants import Invariant
from shared.numbering.ranges import Range, Series

INVARIANTS = (
    Invariant(
        "numbers.226 ranges",
        "What two branches issued of a kind of number in a year never mixes.",
        """
        SELECT one.series, one.year, one.branch, other.branch AS other
        FROM number_range AS one JOIN number_range AS other
          ON one.series = other.series AND one.year = other.year AND one.branch < other.branch
         AND one.first < other.next AND other.first < one.next
        """,
    ),
)


def numbered(table: str, series: Series) -> Invariant:
    """Return that each number of a document was issued, from a range of its year or a sequence."""
    length = len(series.prefix)
    pattern = f"^{series.prefix}[0-9]{{{2 + series.digits}}}$"
    # A sequence says no year, and has room for ten times its digits.
    plain = f"^{series.prefix}[0-9]{{{series.digits},{series.digits + 1}}}$"
    others = "false" if isinstance(series.default, Range) else f"d.number ~ '{plain}'"
    return Invariant(
        f"numbers.226 {table}",
        f"The number of each {table} was taken once, from a range of its year.",
        f"""
        SELECT d.id, d.number FROM {table} AS d
        WHERE d.number IS NOT NULL AND NOT {others} AND NOT EXISTS (
            SELECT FROM number_range AS r
            WHERE r.series = '{series.name}' AND CASE WHEN d.number ~ '{pattern}'
            THEN substr(d.number, {length + 1}, 2)::int = r.year % 100
             AND substr(d.number, {length + 3})::bigint BETWEEN r.first AND r.next - 1 END)
        """,  # noqa: S608 - names of our own tables and series
    )


def gapless(table: str, series: Series) -> Invariant:
    """Return that each serial that was issued is that of a document which is there (26)."""
    start = len(series.prefix) + 1
    return Invariant(
        f"{table}s.26",
        f"The numbers of each {table} are issued without a gap.",
        f"""
        SELECT r.branch, r.year, r.first, r.next, count(d.id) AS documents
        FROM number_range AS r LEFT JOIN {table} AS d
          ON substr(d.number, {start}, 2)::int = r.year % 100
         AND substr(d.number, {start + 2})::bigint BETWEEN r.first AND r.next - 1
        WHERE r.series = '{series.name}' GROUP BY r.series, r.branch, r.year
        HAVING count(d.id) <> r.next - r.first
        """,  # noqa: S608 - names of our own tables and series
    )
