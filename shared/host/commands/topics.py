"""``kehu topics``: the topics of all events, created where they are missing."""

from __future__ import annotations

from typing import Annotated

import typer

from shared.bus.declared import declared_topics
from shared.bus.topics import Topic
from shared.host import server
from shared.host.buses import kafka_bus
from shared.host.settings import HostSettings
from shared.logging import configure


def topics(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only print the declaration; ask no broker.")
    ] = False,
) -> None:
    """Create the topics that Kafka lacks, each with its partitions, retention and clean-up.

    Existing topics are left as they are; exit with 1 when one of them is not as declared.
    """
    configure("error")
    declared = declared_topics()
    if dry_run:
        for each in declared:
            print(_line(each))
        return
    created, differing = server.run_once(lambda: _create(HostSettings.of(), declared))
    for each in declared:
        if each.name in created:
            print(f"created  {_line(each)}")
        elif wrong := differing.get(each.name):
            found = " ".join(f"{name}={value}" for name, value in wrong.items())
            print(f"differs  {_line(each)}, but has {found}")
        else:
            print(f"present  {_line(each)}")
    raise typer.Exit(1 if differing else 0)


async def _create(
    settings: HostSettings, declared: list[Topic]
) -> tuple[list[str], dict[str, dict[str, str]]]:
    bus = kafka_bus(settings)
    try:
        return await bus.declare(declared), await bus.differing(declared)
    finally:
        await bus.close()


def _line(topic: Topic) -> str:
    settings = " ".join(f"{name}={value}" for name, value in topic.configuration().items())
    return f"{topic.name:40} {settings}"
