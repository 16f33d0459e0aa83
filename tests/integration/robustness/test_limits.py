"""How much is taken: bodies of a mebibyte, pages of two hundred, and page tokens of one's own."""

from __future__ import annotations

import pytest

from shared.http.routing import MAX_BODY_BYTES
from shared.service import NAMES
from tests.integration.robustness.judging import fingerprint, problem_faults
from tests.integration.robustness.worlds import World
from tests.support.bad_input import good_request, other_required
from tests.support.operations import Operation
from tests.support.wire import Answer, call

ASKED = "0193e2f0-0000-7000-8000-000000000001"
_FILES = "multipart/form-data"


def takes_a_document(operation: Operation) -> bool:
    """Whether its body is limited; files have a limit of their own."""
    return _FILES not in operation.description.get("requestBody", {}).get("content", {_FILES: 0})


async def too_much(world: World, operation: Operation, parts: list[bytes]) -> Answer:
    """Send a body that is too large."""
    good = good_request(operation, world.known)
    bearer = world.authorization(good.path)
    headers = [("authorization", bearer), ("x-request-id", ASKED), *good.headers]
    if operation.body_schema is None:
        headers.append(("content-type", "application/x-www-form-urlencoded"))
    return await call(world.service.app, good.method, good.path, headers, parts)


@pytest.mark.parametrize("name", NAMES)
async def test_a_body_over_a_mebibyte_is_refused(worlds: dict[str, World], name: str) -> None:
    """Whether its length is told beforehand or not."""
    world, found = worlds[name], list[str]()
    taking = [each for each in world.operations if takes_a_document(each)]
    before = await fingerprint(world)
    body = b'{"a": "' + b"x" * MAX_BODY_BYTES + b'"}'
    for operation in taking:
        for parts in ([body], [body[:9], body[9:]], [b" " * 65_536] * 17):
            answer = await too_much(world, operation, parts)
            if answer.status != 413 or problem_faults(answer, ASKED):
                found.append(f"{operation}: {answer.status} {answer.text[:200]}")
    assert not found, "\n".join(found)
    assert await fingerprint(world) == before
    assert taking


async def test_a_body_of_a_mebibyte_is_read(worlds: dict[str, World]) -> None:
    """The limit is what it says: blanks fill it up."""
    world = worlds["customer"]
    (operation,) = [each for each in world.operations if str(each) == "POST /v1/customers"]
    body = b'{"name": 7}'.ljust(MAX_BODY_BYTES)
    answer = await too_much(world, operation, [body])
    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, "/name")


@pytest.mark.parametrize("name", NAMES)
async def test_a_page_is_never_longer_than_two_hundred(worlds: dict[str, World], name: str) -> None:
    """A larger ``page_size`` is taken for the largest there is."""
    lists = [each for each in worlds[name].operations if is_list(each)]
    assert lists
    for operation in lists:
        good = good_request(operation, worlds[name].known)
        required = other_required(operation, worlds[name].known, "page_size")
        answer = await ask(worlds[name], f"{good.path}?page_size={2**31 - 1}{required}")
        assert answer.status in (200, 404), f"{operation}: {answer.text[:200]}"


async def test_a_page_token_is_of_its_list_and_its_reader_alone(
    worlds: dict[str, World], capsys: pytest.CaptureFixture[str]
) -> None:
    """Signed, and bound to principal, path, filters and sort."""
    tokens = {
        (name, operation.path): (operation.address(world.known), token)
        for name, world in worlds.items()
        for operation in world.operations
        if is_list(operation) and (token := await first_token(world, operation))
    }
    assert len(tokens) >= 8
    tried = 0
    for (name, path), (address, token) in tokens.items():
        world = worlds[name]
        somebody_else = world.service.client(*("administrator", "finance", "sales_manager"))
        assert (await ask(world, with_token(address, token))).status == 200
        foreign = [other for place, (_, other) in tokens.items() if place != (name, path)]
        forged = [*foreign, *changed(token)]
        for each in forged:
            answer = await ask(world, with_token(address, each))
            assert is_refused(answer), f"{path}: {answer.status} {answer.text[:200]}"
        other_filter = await ask(world, f"{with_token(address, token)}&x=1")
        other_reader = await call(
            world.service.app,
            "GET",
            with_token(address, token),
            [("authorization", somebody_else.headers["authorization"])],
        )
        # Some reports take no parameter that they do not know.
        assert is_refused(other_filter) or "/query/x" in other_filter.text, path
        assert is_refused(other_reader) or other_reader.status == 403, path
        tried += len(forged) + 2
    with capsys.disabled():
        print(f"\n{tried} foreign and forged page tokens for {len(tokens)} lists")


def is_list(operation: Operation) -> bool:
    """Whether it answers page by page."""
    return not operation.writes and any(
        each["name"] == "page_token" for each in operation.parameters
    )


async def ask(world: World, target: str) -> Answer:
    """Read something as somebody who may see everything."""
    return await call(
        world.service.app, "GET", target, [("authorization", world.authorization(target))]
    )


async def first_token(world: World, operation: Operation) -> str | None:
    """The token of the second page, if the list has one."""
    answer = await ask(world, f"{operation.address(world.known)}?page_size=1")
    return answer.json().get("next_page_token") if answer.status == 200 else None


def with_token(address: str, token: str) -> str:
    """The address of a page."""
    return f"{address}?page_size=1&page_token={token}"


def changed(token: str) -> list[str]:
    """A token with one character of each part changed, cut, doubled, and in another case."""
    places = (0, 10, 22, 30, len(token) - 2)
    swapped = [
        token[:each] + ("A" if token[each] != "A" else "B") + token[each + 1 :] for each in places
    ]
    return [*swapped, token[:-4], token[4:], token * 2, token.swapcase(), token[:21]]


def is_refused(answer: Answer) -> bool:
    """Whether the token was refused for what it is."""
    if answer.status != 422:
        return False
    (error,) = answer.json()["errors"]
    return bool(error["pointer"] == "/query/page_token")
