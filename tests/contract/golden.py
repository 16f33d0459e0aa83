"""The files that hold what is promised to others: event schemas, OpenAPI and AsyncAPI documents,
docs."""

from __future__ import annotations

import difflib
import json
from functools import cache
from pathlib import Path
from typing import Any

from shared.events.catalogue import all_events, inbound_events
from shared.events.schemas import json_schema
from shared.portal.asyncapi import asyncapi
from shared.portal.catalogue import catalogue
from shared.portal.markdown import render
from shared.privacy import page as privacy
from shared.service import NAMES
from tests.support.applications import application

ROOT = Path(__file__).parents[2]
EVENTS = Path(__file__).parent / "events"
OPENAPI = Path(__file__).parent / "openapi"
ASYNCAPI_DOCUMENT = Path(__file__).parent / "asyncapi" / "kehu.json"
EVENTS_DOCUMENT = ROOT / "docs" / "events.md"
PRIVACY_DOCUMENT = ROOT / "docs" / "privacy.md"


def text(document: Any) -> str:
    """A document in the one form that is stored."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


@cache
def event_files() -> dict[Path, str]:
    """What the golden event schemas should be."""
    events = (*all_events(), *inbound_events())
    return {EVENTS / f"{each.event_type}.json": text(json_schema(each)) for each in events}


@cache
def openapi_files() -> dict[Path, str]:
    """What the OpenAPI snapshots should be. Call it where a loop runs."""
    return {OPENAPI / f"{name}.json": text(application(name).openapi()) for name in NAMES}


def asyncapi_files() -> dict[Path, str]:
    """What the AsyncAPI snapshot should be: the document of the whole system."""
    return {ASYNCAPI_DOCUMENT: text(asyncapi(catalogue()))}


def document_files() -> dict[Path, str]:
    """What the generated documents should be."""
    return {EVENTS_DOCUMENT: render(catalogue()), PRIVACY_DOCUMENT: privacy.render()}


def difference(path: Path, wanted: str) -> str:
    """How a file differs from what it should be; empty when it does not."""
    stored = path.read_text() if path.exists() else ""
    name = str(path.relative_to(ROOT))
    lines = difflib.unified_diff(
        stored.splitlines(), wanted.splitlines(), f"{name} (stored)", f"{name} (now)", lineterm=""
    )
    return "\n".join(lines)
