"""What roles permit: built in, then as it is told, and how long it is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest

from shared.auth import grants
from shared.auth.grants import Granted, Grants
from shared.auth.roles import Role
from shared.domain.scope import Reach

BUILT_IN = {
    "order.read": frozenset({Role.FINANCE, Role.WAREHOUSE}),
    "order.approve": frozenset({Role.FINANCE}),
}


class Told:
    """What a replica of the roles holds, and how often it was read."""

    def __init__(self, *rows: Granted) -> None:
        self.rows = list(rows)
        self.readings = 0

    async def __call__(self) -> Iterable[Granted]:
        self.readings += 1
        await asyncio.sleep(0)
        return self.rows


async def permitted(found: Grants, *roles: str) -> set[str]:
    return set((await found.table()).permissions(frozenset(roles)))


async def test_until_something_is_told_the_built_in_table_counts() -> None:
    """S217: role by role, since their events arrive one after the other."""
    told = Told()
    found = Grants(BUILT_IN, told)
    assert await permitted(found, "finance") == {"order.read", "order.approve"}
    told.rows.append(("finance", ["order.read"], False, None))
    found.forget()
    assert await permitted(found, "finance") == {"order.read"}
    assert await permitted(found, "warehouse") == {"order.read"}


async def test_roles_permit_together_what_this_service_asks_for() -> None:
    """S217: a role of the company's own holds permissions of other services too."""
    told = Told(
        ("auditor", ["order.approve", "quote.read"], False, "all"),
        ("old", ["order.read"], True, "all"),
    )
    found = Grants(BUILT_IN, told)
    assert await permitted(found, "auditor", "warehouse") == {"order.read", "order.approve"}
    assert await permitted(found, "old", "nobody") == set()


async def reach(found: Grants, *roles: str) -> Reach:
    return (await found.table()).reach(frozenset(roles))


async def test_roles_reach_as_far_as_the_one_that_reaches_furthest() -> None:
    """S215: what is not told is built in, a retired role shows nothing of others."""
    told = Told(
        ("auditor", [], False, "region"),
        ("old", [], True, "all"),
        ("finance", [], False, None),
        ("sales_manager", [], False, "team"),
    )
    found = Grants(BUILT_IN, told)
    assert await reach(found) == await reach(found, "nobody") == await reach(found, "old") == "own"
    assert await reach(found, "account_manager") == "own"
    assert await reach(found, "sales_assistant", "account_manager") == "team"
    assert await reach(found, "sales_manager", "auditor") == "region"
    assert await reach(found, "sales_manager") == "team"
    assert await reach(found, "finance", "auditor") == "all"


async def test_the_table_is_read_once_and_again_when_it_is_old(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S214: all who ask meanwhile share one reading; without a change it is the same table."""
    told = Told(("finance", [], False, "all"))
    found = Grants(BUILT_IN, told)
    tables = await asyncio.gather(*(found.table() for _ in range(10)))
    assert (len(set(map(id, tables))), told.readings) == (1, 1)
    told.rows[:] = [("finance", ["order.read"], False, "all")]
    assert await permitted(found, "finance") == set()
    monkeypatch.setattr(grants, "_FRESH_SECONDS", 0)
    assert await permitted(found, "finance") == {"order.read"}
    assert await found.table() is await found.table()


async def test_a_table_that_cannot_be_read_permits_nothing_new() -> None:
    """S214: the refusal reaches who asks."""

    async def away() -> Iterable[Granted]:
        raise ConnectionError("away")

    with pytest.raises(ConnectionError):
        await Grants(BUILT_IN, away).table()
