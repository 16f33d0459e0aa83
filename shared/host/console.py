"""What a command tells the one who typed it: plain lines on standard output, at once."""

from __future__ import annotations

from collections.abc import Callable

#: Takes one line of progress.
Say = Callable[[str], None]


def say(line: str) -> None:
    """Print a line, also into a pipe, without waiting for a buffer to fill."""
    print(line, flush=True)


def silent(line: str) -> None:
    """Say nothing: for commands whose output is read by programs."""
