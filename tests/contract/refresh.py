"""Write the golden files anew (``make golden``).

An event schema that would break a consumer is not written, unless ``--break`` says that nobody
has seen the event yet. An example of each new event is stored, and then left as it is for ever.
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
from tests.contract.stored import STORED, stored_files


async def _refresh(may_break: bool) -> list[str]:
    events = event_files()
    broken = {path.stem: lines for path, now in events.items() if (lines := _broken(path, now))}
    broken |= {path.stem: [f"{path.stem} is gone"] for path in _left_over(events)}
    if broken and not may_break:
        return [line for lines in broken.values() for line in lines]
    for path in _left_over(events):
        path.unlink()
    for name in broken:
        (STORED / f"{name}.json").unlink(missing_ok=True)
    examples = {path: now for path, now in stored_files().items() if not path.exists()}
    others = openapi_files() | asyncapi_files() | document_files()
    for path, wanted in (events | examples | others).items():
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
