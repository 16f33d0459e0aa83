"""What is odd to people, not to the system: it is entered, and reads as it was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.integration.robustness.corpus.tally import Tally, good, key
from tests.integration.robustness.judging import MOST_SECONDS, send
from tests.integration.robustness.worlds import World
from tests.support.bad_input import Case, encoded
from tests.support.operations import operations

_MADE = frozenset({201})


async def keep(
    tally: Tally, service: str, path: str, field: str, values: Mapping[str, str], **more: Any
) -> None:
    """Enter each text; it makes one document, which reads as it was entered."""
    world = tally.worlds[service]
    for name, text in values.items():
        body = _needed(world, path) | more | {field: text}
        tally.count(service, path, field, text)
        tally.faults += [
            f"{path} {field}: {name} {each}" for each in await _kept(world, path, body, field)
        ]


async def _kept(world: World, path: str, body: dict[str, Any], field: str) -> list[str]:
    headers = (("content-type", "application/json"), key())
    before = len(await world.service.published())
    entered = await send(world, Case("", "", "POST", path, headers, encoded(body), _MADE))
    if entered.status != 201:
        return [f"was answered {entered.status}: {entered.text[:300]}"]
    read = await send(world, Case("", "", "GET", entered.headers["location"], (), None, _MADE))
    found = [f"reads {read.json().get(field)!r}"] if read.json().get(field) != body[field] else []
    if entered.json() != read.json():
        found.append("reads otherwise than it was answered")
    if entered.seconds > MOST_SECONDS:
        found.append(f"took {entered.seconds:.1f} s")
    if len(await world.service.published()) != before + 1:
        found.append("did not lead to one event")
    return found


def _needed(world: World, path: str) -> dict[str, Any]:
    """A body with what is needed alone."""
    _, body = good(world, f"POST {path}")
    (asked,) = [
        each
        for each in operations(world.service.service.name, world.service.app.openapi())
        if str(each) == f"POST {path}"
    ]
    needed = {*(asked.body_schema or {})["required"], "accept_duplicates"}
    return {name: value for name, value in body.items() if name in needed}
