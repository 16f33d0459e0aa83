"""Writes ``docs/reliability.md``: what was broken on purpose, and the line that each run reported.

Only lines of runs that took place stand in it: each run replaces its own, and keeps the others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from textwrap import fill

from tests.support.running import ROOT

PATH = ROOT / "docs" / "reliability.md"
_HEAD = """\
# What is broken on purpose, and what came of it

Writers and readers work on a running system over HTTP, each write with an idempotency key that is
sent again until its outcome is known, while files are imported and transactions commit late. The
system is killed, paused and cut off meanwhile. Then everything comes to rest and an audit looks at
all of it: each acknowledged write is there once, with its events, as it was told; the same key
gives the same bytes; a witness, a consumer that relies on the inbox alone, was given each event
once; every promise that `kehu check` knows holds; and analytics built anew has the same rows.

*lost* counts acknowledged writes that are not there; *unknown* are writes to which nobody told an
outcome at first, resolved by their key; *repeated on the bus* are events that were published more
than once, which shows that the kills hit where they hurt: no effect came of them. *recovery* is the
time until a write was done again (median, 99th percentile, longest), which is mostly the time that
a process takes to start; where nothing was hit that a write needs, it is that of any write.
The machine had two cores, for the clients too, and other work besides.

`make faults` carries out all of it with a fixed seed and rewrites the lines below (`ARGS=F2` one
of them); `make soak MINUTES=30` mixes everything for as long as you like. Part of `make test` are a
mix of kills on one process, one of kills and a pause on the cluster with Kafka, a short form of the
cuts of the line to PostgreSQL, and F23.

"""
_ROW = re.compile(r"^## (\S+)\n\n(.+?)\n\n\*(.+?)\*\n\n```text\n(.+?)\n```\n", re.M | re.S)


def note(name: str, what: str, line: str) -> None:
    """Keep the line of an experiment, with what was done."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    rows = {**_known(), name: (what, today, fill(line, 98, break_on_hyphens=False))}
    sections = [
        f"## {name}\n\n{what}\n\n*{day}*\n\n```text\n{line}\n```\n"
        for name, (what, day, line) in sorted(rows.items(), key=lambda each: _order(each[0]))
    ]
    PATH.write_text(_HEAD + "\n".join(sections))


def _known() -> Mapping[str, tuple[str, str, str]]:
    if not PATH.exists():
        return {}
    return {row[0]: (row[1], row[2], row[3]) for row in _ROW.findall(PATH.read_text())}


def _order(name: str) -> tuple[int, str]:
    number = re.search(r"\d+", name)
    return (int(number[0]) if number else 99, name)
