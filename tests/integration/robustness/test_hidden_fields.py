"""Mass assignment: nobody sets what no body offers (OWASP API3)."""

from __future__ import annotations

import pytest

from shared.service import NAMES
from tests.integration.robustness.judging import fingerprint, send
from tests.integration.robustness.worlds import World
from tests.support.bad_input import foreign_fields

#: What somebody would try even where no column is called so.
TEMPTING = {"id", "version", "status", "owner_id", "number", "created_at", "approved_by", "roles"}
TEMPTING |= {"permissions", "is_admin", "password_hash", "total", "balance", "__class__", "$set"}


def columns_of(world: World) -> set[str]:
    """The names of all columns of a service."""
    tables = world.service.service.metadata.tables.values()
    return {column.name for table in tables for column in table.columns}


@pytest.mark.parametrize("name", NAMES)
async def test_fields_that_are_not_offered_are_refused(
    worlds: dict[str, World], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every column of every table, and more, sent to every operation that takes a body."""
    world, sent, found = worlds[name], 0, list[str]()
    names = columns_of(world) | TEMPTING
    before = await fingerprint(world)
    for operation in world.operations:
        case = foreign_fields(operation, world.known, names)
        if operation.body_schema is None or case is None:
            continue
        offered = operation.body_schema["properties"]
        answer = await send(world, case)
        pointers = {each["pointer"] for each in answer.json().get("errors", ())}
        expected = {f"/{each}" for each in names if each not in offered}
        sent += len(expected)
        if answer.status != 422 or pointers != expected:
            found.append(f"{operation}: {answer.status}, not refused: {expected - pointers}")
    after = await fingerprint(world)
    with capsys.disabled():
        print(f"\n{name}: {sent} fields that are not offered")
    assert not found, "\n".join(found)
    assert before == after
    assert sent
