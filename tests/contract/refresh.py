"""Write the golden files anew (``make golden``).

An event schema that would break a consumer is not written, unless ``--break`` says that nobody
has seen the event yet.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from tests.contract.compatibility import incompatibilities
from tests.contract.golden import (
    EVENTS,
    asyncapi_files,
    document_files,
    event_files,
    openapi_files,
)


async def _refresh(may_break: bool) -> list[str]:
    events = event_files()
    broken = (
        [] if may_break else [line for path, now in events.items() for line in _broken(path, now)]
    )
    broken += [] if may_break else [f"{path.stem} is gone" for path in _left_over(events)]
    if broken:
        return broken
    for path in _left_over(events):
        path.unlink()
    others = openapi_files() | asyncapi_files() | document_files()
    for path, wanted in (events | others).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text() != wanted:
            path.write_text(wanted)
            print(f"wrote {path.name}")
    return []


def _broken(path: Path, wanted: str) -> list[str]:
    if not path.exists():
        return []
    found = incompatibilities(json.loads(path.read_text()), json.loads(wanted))
    return [f"{path.stem}: {each}" for each in found]


def _left_over(events: dict[Path, str]) -> list[Path]:
    return [path for path in EVENTS.glob("*.json") if path not in events]


if __name__ == "__main__":
    refused = asyncio.run(_refresh("--break" in sys.argv))
    for line in refused:
        print(line, file=sys.stderr)
    if refused:
        sys.exit("Make a new version of the event beside it; or --break, if nobody has seen it.")
