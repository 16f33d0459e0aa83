"""``docs/privacy.md``: the inventory of personal data, generated from the tables."""

from __future__ import annotations

from collections.abc import Iterable

from shared.privacy.inventory import Entry, Sort, inventory
from shared.service import NAMES, load

_HEAD = """\
# Personal data

Generated from the tables (`make golden`); do not edit. Every column that can hold text is
classified: by its mark (`info=PRIVATE`, `info=SECRET`) or by `shared/privacy/words.py`. One that is
not fails the build.

- **personal**: about a person. *Masked* ones show in the audit only that they changed.
- **free text**: written by people about whatever they like, so it may mention somebody. Write about
  people in the notes of contacts and the details of activities: those the audit masks.
- **secret**: hashes of passwords, private keys: in no answer, event, log, or audit entry.

Events carry the names of customers and of staff, and nothing else about people. Canary values hold
that (`tests/integration/shared/test_canaries.py`), and that who was erased is found nowhere any
more (`test_erasure.py` beside it). What is given out at somebody's request, and what erasure makes
of each column, stands in `services/<service>/personal_data.py`; the reasons are in
[0012](decisions/0012-people-are-erased-the-books-stay.md).
"""


def render() -> str:
    """Return the page."""
    parts = [_HEAD]
    for name in NAMES:
        entries = list(inventory(load(name).metadata))
        shown = [each for each in entries if each.sort is not Sort.NONE]
        parts.append(_section(name, shown, len(entries) - len(shown)))
    return "\n".join(parts)


def _section(service: str, entries: Iterable[Entry], rest: int) -> str:
    rows = [
        f"| `{each.table}` | `{each.column}` | {each.sort} | {'yes' if each.masked else ''} |"
        f" {each.why} |"
        for each in entries
    ]
    head = ["| table | column | class | masked in the audit | |", "|---|---|---|---|---|"]
    tail = f"{rest} other columns that can hold text say nothing about people."
    return "\n".join([f"## {service}\n", *head, *rows, "", tail, ""])
