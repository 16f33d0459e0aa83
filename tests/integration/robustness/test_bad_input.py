"""Bad input for every operation: refused alike each time, with a reason, and without effect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from shared.service import NAMES
from tests.integration.robustness.judging import faults, fingerprint
from tests.integration.robustness.worlds import World
from tests.support.bad_input import Case, cases
from tests.support.wire import call

#: Fewer would mean that an operation slipped through.
FEWEST_PER_WRITE = 20
FEWEST_WITH_A_BODY = 60
FEWEST_IN_ALL = 300


#: What is no bad input after all, by operation, kind and name, and why.
ACCEPTABLE = {
    # Contacts live in the customer service, and no event of theirs comes here.
    ("POST /v1/opportunities/{opportunity_id}/register", "unknown id", "/contact_id"),
    ("POST /v1/activities", "unknown id", "/contact_id"),
    # Who took the money may be somebody this service has not heard of yet; it is only noted.
    ("POST /v1/receipts", "unknown id", "/handler_id"),
    # Whoever has left may be known to nobody: handing over what nobody has is done at once.
    ("POST /v1/handovers", "unknown id", "/from_owner_id"),
    # A price is per unit: it is not multiplied with the quantity from which on it holds.
    ("PUT /v1/price-lists/{price_list_id}/prices", "overflow", "greatest"),
    # Opportunities live in another service, and no event of theirs comes here.
    ("POST /v1/expenses", "unknown id", "/opportunity_id"),
    # Whether anything is held about somebody is what is asked; "nothing" answers it, and the
    # register has to tell that it was answered (GDPR Art. 15 (1)).
    *((f"POST /v1/personal-data/{name}/export", "unknown id", "/subject_id") for name in NAMES),
}


def bad_input(world: World) -> Iterator[Case]:
    """Everything that must be refused."""
    for operation in world.operations:
        for case in cases(operation, world.known):
            if (str(operation), case.kind, case.name) not in ACCEPTABLE:
                yield case


@pytest.mark.parametrize("name", NAMES)
async def test_every_write_gets_its_share(worlds: dict[str, World], name: str) -> None:
    """The corpus comes from the document: an operation of tomorrow has its cases today."""
    world, shares = worlds[name], Counter[str]()
    for operation in world.operations:
        if operation.writes:
            made = len(list(cases(operation, world.known)))
            takes_body = operation.body_schema is not None
            fewest = FEWEST_WITH_A_BODY if takes_body else FEWEST_PER_WRITE
            assert made >= fewest, f"{operation}: {made}"
            shares[str(operation)] += made
    assert sum(shares.values()) >= FEWEST_IN_ALL or name == "analytics"


async def test_what_is_acceptable_is_asked_for(worlds: dict[str, World]) -> None:
    """Else the exception outlives its reason."""
    made = {
        (str(operation), case.kind, case.name)
        for world in worlds.values()
        for operation in world.operations
        for case in cases(operation, world.known)
    }
    assert ACCEPTABLE - made == set()


@pytest.mark.parametrize("name", NAMES)
async def test_bad_input_is_refused_without_effect(
    worlds: dict[str, World], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """4xx as a problem document, within two seconds, alike twice; and no row has changed."""
    world, found, kinds = worlds[name], list[str](), Counter[str]()
    before = await fingerprint(world)
    for case in bad_input(world):
        kinds[case.kind] += 1
        found += await faults(world, case)
    alive = await call(world.service.app, "GET", "/livez")
    after = await fingerprint(world)
    with capsys.disabled():
        shares = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        print(f"\n{name}: {kinds.total()} cases of bad input, each sent twice: {shares}")
    assert not found, f"{len(found)} faults, the first:\n" + "\n".join(found[:400])
    assert alive.status == 200
    assert {table: each for table, each in after.items() if each != before[table]} == {}
