"""After the kills: what was acknowledged is there, once, as acknowledged; nothing else is broken.

The audit knows what the clients were told (the journal) and looks at everything else afresh: the
outboxes, the API, the promises that ``kehu check`` checks, a replay, and the witness.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from pydantic_core import from_json

from shared.events.catalogue import all_events
from shared.host.options import Opened
from shared.service import NAMES, load
from tests.faults.importing import Imports
from tests.faults.journal import Journal, Written
from tests.faults.target import Target
from tests.faults.witness import WITNESS
from tests.support.calling import settle
from tests.support.holding import SystemFailed

_AT_ONCE = 16
_REPLAYS = 3000

_EFFECTS = sa.text(
    "SELECT headers::json ->> 'ce_correlationid' AS request_id, event_id, aggregate_id,"
    " aggregate_version, occurred_at, payload FROM outbox"
    " WHERE headers::json ->> 'ce_causationid' IS NULL"
)
_SEEN = sa.text("SELECT event_id, count(*) AS times FROM witness GROUP BY event_id")


@dataclass(slots=True)
class Findings:
    """What is wrong, in the words of the report. Empty lists are what we are here to see."""

    lost: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def all(self) -> list[str]:
        """Everything that is wrong."""
        return [
            f"{kind}: {each}"
            for kind in ("lost", "duplicates", "gaps", "violations")
            for each in getattr(self, kind)
        ]


@dataclass(frozen=True, slots=True)
class Effect:
    """One event that a request caused directly."""

    event_id: UUID
    aggregate_id: str
    version: int
    moment: Any
    payload: dict[str, Any]


async def audit(
    system: Target,
    journal: Journal,
    imports: Imports,
    *,
    patience: float = 120,
    thorough: bool = True,
) -> Findings:
    """Settle what is unsettled, let the system come to rest, and look at everything.

    Not ``thorough``, it leaves out what takes long: the promises and the replay.
    """
    found = Findings()
    found.violations += journal.surprises
    found.lost += [each async for each in imports.finish()]
    await _settle_the_unknown(journal, found, patience)
    try:
        await system.drained(patience, standstill=patience / 4)
    except SystemFailed as error:
        found.lost.append(f"events on their way: {error}")
    async with system.opened() as here:
        effects = await _effects(here)
        recorded = await _recorded(here)
        await _question_the_witness(here, recorded, found)
        poisoned = system.poisoned.total()
        journal.repeated = await _on_the_bus(here) - len(recorded) - poisoned
        found.violations += [each async for each in imports.compare(here)]
    _compare_with_effects(journal, effects, found)
    await _ask_again(journal, found)
    await _read_again(journal, found)
    if not thorough:
        return found
    await _check_promises(system, found)
    if differences := await system.replay_differences():
        found.violations.append(f"a replay of analytics differs in {differences} rows")
    return found


async def _settle_the_unknown(journal: Journal, found: Findings, patience: float) -> None:
    """A write whose outcome nobody told is asked for with its key, now that all is well."""
    for written in journal.writes:
        if written.status is None:
            try:
                written.settle(await settle(written.client, written.call, patience))
            except AssertionError as error:
                found.lost.append(f"an outcome that cannot be found out: {error}")


async def _effects(here: Opened) -> dict[str, list[Effect]]:
    """The events of all services by the request that caused them."""
    effects: dict[str, list[Effect]] = defaultdict(list)
    for service in here.services:
        if "outbox" not in service.metadata.tables:
            continue
        async with here.dbs[service.name].reading() as conn:
            for row in (await conn.execute(_EFFECTS)).all():
                effect = Effect(row[1], str(row[2]), row[3], row[4], from_json(row[5]))
                effects[row[0]].append(effect)
    return effects


async def _recorded(here: Opened) -> set[UUID]:
    """The ids of all events the witness should have seen."""
    found: set[UUID] = set()
    for service in here.services:
        if "outbox" in service.metadata.tables:
            async with here.dbs[service.name].reading() as conn:
                rows = await conn.execute(sa.text("SELECT event_id FROM outbox"))
                found |= {UUID(int=each.int) for each in rows.scalars()}
    return found


async def _on_the_bus(here: Opened) -> int:
    """How many records there are, repeated ones as well."""
    ends = await here.bus.end_offsets({event.topic for event in all_events()})
    return sum(ends.values())


async def _question_the_witness(here: Opened, recorded: set[UUID], found: Findings) -> None:
    async with here.dbs["analytics"].reading() as conn:
        rows = (await conn.execute(_SEEN)).all()
    times = {UUID(int=row[0].int): row[1] for row in rows}
    twice = {event_id: count for event_id, count in times.items() if count > 1}
    _note(found.duplicates, "the witness was given an event again", twice.items())
    _note(found.lost, "the witness was not given an event", recorded - times.keys())


def _compare_with_effects(
    journal: Journal, effects: dict[str, list[Effect]], found: Findings
) -> None:
    """Each acknowledged write has its events, of one transaction, that say what we were told."""
    for written in journal.writes:
        caused = effects.get(written.call.request_id, [])
        what = f"{written.call.method} {written.call.path}, tried {written.call.tries} times"
        if (times := len({each.moment for each in caused})) > 1:
            found.duplicates.append(f"{what}, was done {times} times")
        if not written.acknowledged:
            if caused:
                found.violations.append(f"{what}, was refused and yet done")
            continue
        if not caused:
            found.lost.append(f"{what}, was acknowledged and is not there: {written.body!r}")
        for each in caused:
            found.lost += (f"{what}, {wrong}" for wrong in _contradictions(written, each))


def _contradictions(written: Written, effect: Effect) -> Iterator[str]:
    """What an answer says of a document, and the event of that document does not."""
    told = written.document
    if effect.aggregate_id != told.get("id"):
        return  # another document that changed with it
    if effect.version != told["version"]:
        yield f"was acknowledged as version {told['version']} and is {effect.version}"
    elif differing := _differing(told, effect.payload):
        yield f"was acknowledged otherwise: {differing}"


def _differing(told: dict[str, Any], recorded: dict[str, Any]) -> dict[str, Any]:
    """The plain fields that an answer and its event share and that differ."""
    plain = (str, int, bool, type(None))
    return {
        name: (value, recorded[name])
        for name, value in told.items()
        if name in recorded
        and isinstance(value, plain)
        and isinstance(recorded[name], plain)
        and value != recorded[name]
    }


async def _ask_again(journal: Journal, found: Findings) -> None:
    """The same key is answered by the same bytes, for ever."""

    async def ask(written: Written) -> None:
        call = written.call
        again = replace(call, request_id=str(uuid4()))
        answer = await settle(written.client, again)
        if (answer.status_code, answer.content) != (written.status, written.body):
            what = f"{call.method} {call.path}"
            found.violations.append(f"{what} is answered otherwise: {answer.text[:300]}")

    await _each(ask, [each for each in journal.writes if each.acknowledged][-_REPLAYS:])


async def _read_again(journal: Journal, found: Findings) -> None:
    """Every document is shown as last told, or at a later version."""

    async def read(place: tuple[str, Written]) -> None:
        path, written = place
        answer = await written.client.get(path)
        document = answer.json()
        if answer.status_code != 200 or document["version"] < written.version:
            found.lost.append(f"{path} at version {written.version}: {answer.text[:300]}")
        elif document["version"] == written.version and written.document != document:
            found.lost += _unlike(path, written.document, document)

    await _each(read, list(journal.shown.items()))


def _unlike(path: str, told: dict[str, Any], shown: dict[str, Any]) -> Iterator[str]:
    """What an answer and a later look at the same version both say, and not alike."""
    for name in told.keys() & shown.keys():
        if told[name] != shown[name]:
            yield f"{path} is not as told: {name} was {told[name]} and is {shown[name]}"


async def _check_promises(system: Target, found: Findings) -> None:
    """Every promise within the services and across them."""
    document = await system.check()
    broken = [each for listed in document["services"].values() for each in listed]
    for each in broken + document["across"]:
        if system.poison.intersection(map(str, each["row"].values())):
            continue  # it tells of what is no event of ours, and rightly
        number = each["invariant"].partition(" ")[0]
        kind = {
            "events.4": found.lost,
            "events.5": found.gaps,
            "events.6": found.violations,
            "events.7": found.gaps,
            "events.10": found.lost,
        }.get(number, found.violations)
        kind.append(f"{each['invariant']} {each['promise']} {each['row']}")
    consumers = (WITNESS, *(each for name in NAMES for each in load(name).consumers))
    topics = {each.name: each.topics for each in consumers}
    for consumer in document["consumers"]:
        poison = sum(system.poisoned[topic] for topic in topics.get(consumer["name"], ()))
        if consumer["parked"] != poison:
            told = f"{consumer['name']} parked {consumer['parked']} events, not {poison}"
            found.violations.append(told)


async def _each(do: Any, items: Sequence[Any]) -> None:
    """Do something with every item, a few at a time."""
    todo: Iterator[Any] = iter(items)

    async def work() -> None:
        for item in todo:
            await do(item)

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))


def _note(kind: list[str], what: str, which: Iterable[Any]) -> None:
    listed = list(which)
    if listed:
        kind.append(f"{what}: {len(listed)}, such as {listed[:3]}")
