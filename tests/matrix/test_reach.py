"""How far people see: every operation on what has an owner, as each role that may call it, on what
belongs to owners in each relation to the one who asks, against the oracle (S18, S214 to S216).

Writes are sent with the version of nobody (``If-Match``) and with a body that is valid: what is
visible is refused for its version, after it was found; what is hidden is not found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from shared.domain.ids import new_id
from tests.conftest import Launch
from tests.matrix import scene_of_analytics, scene_of_order
from tests.matrix.asking import CALLS, described, refusal
from tests.matrix.oracle.book import BOOK
from tests.matrix.oracle.relations import Relation, visible
from tests.matrix.oracle.words import Rule
from tests.matrix.people import ASKER
from tests.matrix.scene import Scene
from tests.support.operations import Operation

Report = Callable[[str, object], None]
FURNISH = {
    "order": scene_of_order.furnish,
    "analytics": scene_of_analytics.furnish,
}
_STALE = '"v987654321"'
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture(scope="module", params=FURNISH)
async def scene(request: pytest.FixtureRequest, launch: Launch) -> Scene:
    """Each service, furnished."""
    return await FURNISH[request.param](await launch(request.param))


def owned(scene: Scene) -> Iterator[tuple[Operation, Rule]]:
    """The operations about what has an owner, and their rules."""
    book = BOOK[scene.service.service.name]
    for name, operation in described(scene.service).items():
        if book[name].owned:
            yield operation, book[name]


async def ask(
    client: httpx.AsyncClient, operation: Operation, known: dict[str, Any], body: Any
) -> httpx.Response:
    """Call an operation on what is known, at a version that nobody saw."""
    headers = {"If-Match": _STALE, "Idempotency-Key": str(new_id())} if operation.writes else {}
    address = operation.address(known)
    return await client.request(operation.method, address, json=body, headers=headers)


def told(answer: httpx.Response) -> Any:
    """A refusal without what differs from request to request."""
    problem = answer.json() | {"request_id": None, "trace_id": None, "instance": None}
    return answer.status_code, _ID.sub("…", str(problem))


async def test_what_belongs_to_others_is_not_there(scene: Scene, record_property: Report) -> None:
    """404 with the body of an id that does not exist; what one sees is found."""
    wrong, calls = [], 0
    for operation, rule in owned(scene):
        if "{" not in operation.path:
            continue
        for role in sorted(rule.who):
            async with scene.service.client(role, name=ASKER) as client:
                nothing = {key: str(new_id()) for key in scene.things[Relation.OWN].known}
                body = scene.body(operation, role, Relation.OWN)
                missing = told(await ask(client, operation, nothing, body))
                assert missing[0] == 404, f"{operation} as {role}: {missing}"
                for relation, thing in scene.things.items():
                    body, calls = scene.body(operation, role, relation), calls + 1
                    answer = await ask(client, operation, thing.known, body)
                    if found := verdict(answer, missing, visible(role, relation)):
                        wrong.append(f"{operation} as {role}, of {relation.value}: {found}")
    assert not wrong, "\n".join([f"{len(wrong)} of {calls}:", *wrong])
    record_property(CALLS, calls)


async def test_lists_show_what_one_sees_and_nothing_else(
    scene: Scene, record_property: Report
) -> None:
    """Lists, searches, sums and exports: nothing hidden, by id, number or name (canaries)."""
    wrong, calls = [], 0
    for operation, rule in owned(scene):
        if "{" in operation.path or operation.writes:
            continue
        for role in sorted(rule.who):
            for query in scene.asked(operation):
                calls += 1
                async with scene.service.client(role, name=ASKER) as client:
                    answer = await client.get(operation.path, params=query)
                assert answer.status_code == 200, f"{operation} as {role}: {answer.text}"
                for relation, thing in scene.things.items():
                    shown = [each for each in thing.canaries if each in answer.text]
                    if shown and not visible(role, relation):
                        wrong.append(f"{operation} as {role} shows {relation.value}: {shown}")
                    if not shown and visible(role, relation) and scene.shows_all(operation):
                        wrong.append(f"{operation} as {role} hides {relation.value}")
    assert not wrong, "\n".join([f"{len(wrong)} of {calls}:", *wrong])
    record_property(CALLS, calls)


def verdict(answer: httpx.Response, missing: Any, seen: bool) -> str:
    """What is wrong with an answer about a thing; nothing when it is as it should be."""
    if not seen:
        return "" if told(answer) == missing else f"is not hidden: {answer.text[:200]}"
    if answer.status_code in (401, 403, 404):
        return f"is hidden: {answer.status_code} {refusal(answer)}"
    if not answer.is_success and answer.status_code != 412:
        return f"cannot tell: {answer.status_code} {answer.text[:300]}"
    return ""
