"""What others program against: OpenAPI documents and the event catalogue as they are stored."""

from __future__ import annotations

import pytest

from shared.service import NAMES
from tests.contract.golden import (
    EVENTS_DOCUMENT,
    OPENAPI,
    difference,
    document_files,
    openapi_files,
)


@pytest.mark.parametrize("name", NAMES)
async def test_an_openapi_document_equals_its_snapshot(name: str) -> None:
    """A change of the API shows in the diff of a commit; write it: make golden."""
    path = OPENAPI / f"{name}.json"
    assert not (found := difference(path, openapi_files()[path])), found


def test_the_event_document_is_generated_from_the_events() -> None:
    """Write it: make golden."""
    assert not (found := difference(EVENTS_DOCUMENT, document_files()[EVENTS_DOCUMENT])), found
