"""Who publishes what, and from which table the promise about it can be checked."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.db.common_invariants import aggregate_tables
from shared.events.catalogue import all_events, inbound_events
from shared.service import NAMES, load
from tests.architecture.sources import SERVICES, modules

EVENTS = {event.__name__: event for event in all_events()}


def published(path: Path) -> Iterator[str]:
    """Names of events that a module makes: ``Change(OrderPlaced)``, ``VoucherPosted(…)``."""
    known = mentioned(path)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in known:
                yield node.func.id
            if node.func.id == "Change":
                found = (each for argument in node.args for each in ast.walk(argument))
                yield from (each.id for each in found if isinstance(each, ast.Name))


def mentioned(path: Path) -> set[str]:
    """Names of events that a module imports."""
    imports = (
        node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)
    )
    return {
        alias.name
        for node in imports
        if node.module and node.module.startswith("shared.events.")
        for alias in node.names
        if alias.name in EVENTS
    }


def test_class_names_of_events_are_unique() -> None:
    assert len(EVENTS) == len(list(all_events()))


@pytest.mark.parametrize("name", NAMES)
def test_a_service_publishes_only_events_of_its_own(name: str) -> None:
    """One producer per event type."""
    for path in modules(SERVICES / name):
        made = set(published(path)) & mentioned(path)
        foreign = {each for each in made if EVENTS[each].service != name}
        assert not foreign, f"{path} publishes {foreign}"


@pytest.mark.parametrize("name", NAMES)
def test_every_declared_event_is_published(name: str) -> None:
    used = {each for path in modules(SERVICES / name) for each in mentioned(path)}
    declared = {each for each, event in EVENTS.items() if event.service == name}
    assert declared - used == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_aggregate_with_events_has_its_table(name: str) -> None:
    """Without it nobody would notice a change without its event."""
    declared = {event.aggregate_type for event in all_events() if event.service == name}
    assert aggregate_tables(name, load(name).metadata).keys() == declared


def test_consumer_names_are_unique_in_the_whole_system() -> None:
    names = [consumer.name for name in NAMES for consumer in load(name).consumers]
    assert len(names) == len(set(names))
    for name in NAMES:
        for consumer in load(name).consumers:
            assert consumer.name == name or consumer.name.startswith(f"{name}.")


def test_no_service_consumes_what_it_publishes() -> None:
    """Inside a service policies answer, in the same transaction."""
    for name in NAMES:
        for consumer in load(name).consumers:
            own = {each for each in consumer.types if each.startswith(f"crm.{name}.")}
            assert name == "customer" or not own, f"{consumer.name} consumes {own}"


def test_every_inbound_event_is_handled_by_one_consumer() -> None:
    """What other systems tell is taken in once, and by nobody who only listens."""
    handlers = [
        event_type
        for name in NAMES
        for consumer in load(name).consumers
        for event_type in consumer.types
        if event_type.startswith("crm.inbound.")
    ]
    assert sorted(handlers) == [event.event_type for event in inbound_events()]
