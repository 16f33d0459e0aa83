"""What was altered, removed or inserted behind our backs is named: the first row of it."""

from __future__ import annotations

import asyncpg
import pytest

from shared.db.connection import engine_dsn
from shared.db.unit_of_work import Database
from shared.domain.ids import new_id
from tests.support.auditing import broken, entry_at, head_of, seal_all


async def owner(database: Database, *statements: str) -> None:
    """Do as the owner of the tables what nobody may do."""
    session = await asyncpg.connect(engine_dsn(database.engine))
    try:
        for statement in statements:
            await session.execute(statement)
    finally:
        await session.close()


async def test_an_entry_of_which_one_byte_was_altered(chain: Database) -> None:
    entry = await entry_at(chain, 5)
    await owner(chain, f"UPDATE audit_entry SET client = 'consumes' WHERE id = '{entry}'")
    found = {"what": "entry", "how": "altered", "seq": 5, "entry_id": entry}
    assert {**(await broken(chain) or {}), "entry_id": entry} == found


@pytest.mark.parametrize(
    "assignment",
    [
        "at = at + interval '1 microsecond'",
        "actor_id = gen_random_uuid()",
        "on_behalf_of = actor_id",
        "address = '10.0.0.1'",
        "client = 'browser'",
        "request_id = gen_random_uuid()",
        "trace_id = ''",
        "event_type = event_type || '0'",
        "aggregate_type = 'thong'",
        "aggregate_id = gen_random_uuid()",
        "aggregate_version = aggregate_version + 1",
        "changes = '{} '",
    ],
)
async def test_no_field_of_an_entry_can_be_altered(chain: Database, assignment: str) -> None:
    entry = await entry_at(chain, 7)
    await owner(chain, f"UPDATE audit_entry SET {assignment} WHERE id = '{entry}'")
    found = await broken(chain)
    assert found is not None
    assert (found["what"], found["how"], found["seq"]) == ("entry", "altered", 7)


async def test_an_entry_that_was_removed(chain: Database) -> None:
    entry = await entry_at(chain, 3)
    await owner(chain, f"DELETE FROM audit_entry WHERE id = '{entry}'")
    found = await broken(chain)
    assert found is not None
    assert (found["what"], found["how"], str(found["entry_id"])) == ("entry", "removed", entry)


async def test_an_entry_that_was_removed_with_its_seal(chain: Database) -> None:
    entry = await entry_at(chain, 3)
    await owner(
        chain,
        f"DELETE FROM audit_entry WHERE id = '{entry}'",
        "DELETE FROM audit_seal WHERE seq = 3",
    )
    assert await broken(chain) == {"what": "seal", "how": "removed", "seq": 3}


async def test_an_entry_that_was_removed_and_the_gap_closed(chain: Database) -> None:
    """The seal that moves up was not made for this place."""
    await owner(
        chain,
        "DELETE FROM audit_seal WHERE seq = 3",
        "UPDATE audit_seal SET seq = 1000 + seq WHERE seq > 3",
        "UPDATE audit_seal SET seq = seq - 1001 WHERE seq > 1000",
    )
    found = await broken(chain)
    assert found is not None
    assert (found["how"], found["seq"]) == ("altered", 3)


async def test_an_entry_that_was_inserted(chain: Database) -> None:
    forged = str(new_id())
    columns = (
        "at, actor_id, actor_name, request_id, event_type, aggregate_type, aggregate_id,"
        " aggregate_version, changes"
    )
    await owner(
        chain,
        f"INSERT INTO audit_entry (id, {columns})"
        f" SELECT '{forged}', {columns} FROM audit_entry LIMIT 1",
    )
    found = await broken(chain)
    assert found is not None
    assert (found["what"], found["how"], str(found["entry_id"])) == ("entry", "inserted", forged)


async def test_two_entries_that_were_swapped(chain: Database) -> None:
    first, second = await entry_at(chain, 4), await entry_at(chain, 9)
    aside = new_id()
    await owner(
        chain,
        *(
            f"UPDATE audit_entry SET id = '{new}' WHERE id = '{old}'"
            for old, new in ((first, aside), (second, first), (str(aside), second))
        ),
    )
    found = await broken(chain)
    assert found is not None
    assert (found["what"], found["how"], found["seq"]) == ("entry", "altered", 4)
    assert str(found["entry_id"]) == first


async def test_two_seals_that_were_swapped(chain: Database) -> None:
    await owner(
        chain,
        "UPDATE audit_seal SET seq = 1000 WHERE seq = 4",
        "UPDATE audit_seal SET seq = 4 WHERE seq = 9",
        "UPDATE audit_seal SET seq = 9 WHERE seq = 1000",
    )
    found = await broken(chain)
    assert found is not None
    assert (found["how"], found["seq"]) == ("altered", 4)


async def test_a_seal_that_was_altered(chain: Database) -> None:
    await owner(
        chain,
        "UPDATE audit_seal SET hash = set_byte(hash, 0, 255 - get_byte(hash, 0)) WHERE seq = 6",
    )
    found = await broken(chain)
    assert found is not None
    assert (found["what"], found["how"], found["seq"]) == ("seal", "altered", 6)


async def test_the_last_seal_or_its_entry_that_was_altered(chain: Database) -> None:
    await owner(chain, "UPDATE audit_seal SET hash = sha256('x') WHERE seq = 12")
    found = await broken(chain)
    assert found is not None
    assert (found["what"], found["how"], found["seq"]) == ("entry or its seal", "altered", 12)


async def test_a_chain_that_was_rewritten_differs_from_the_head_that_was_noted(
    chain: Database,
) -> None:
    """All of it made anew, it is a chain again; only what was noted elsewhere tells."""
    kept = await head_of(chain)
    assert await broken(chain, kept) is None
    entry = await entry_at(chain, 5)
    await owner(
        chain,
        f"UPDATE audit_entry SET client = 'somebody' WHERE id = '{entry}'",
        "DELETE FROM audit_seal",
        "INSERT INTO audit_unsealed SELECT id, at FROM audit_entry",
    )
    await seal_all(chain)
    assert await broken(chain) is None
    found = await broken(chain, kept)
    assert found is not None
    assert (found["what"], found["how"], found["seq"]) == ("chain", "rewritten", 12)


async def test_a_chain_whose_end_was_cut_off_misses_the_head_that_was_noted(
    chain: Database,
) -> None:
    kept = await head_of(chain)
    await owner(
        chain,
        f"DELETE FROM audit_entry WHERE id = '{kept.entry_id}'",
        "DELETE FROM audit_seal WHERE seq = 12",
    )
    assert await broken(chain) is None
    found = await broken(chain, kept)
    assert found is not None
    assert (found["how"], found["is"]) == ("rewritten", None)
