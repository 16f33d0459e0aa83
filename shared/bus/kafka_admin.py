"""The administration of Kafka: topics created as declared, and looked at; positions of groups."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as Place
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    CommitFailedError,
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    IllegalGenerationError,
    NotCoordinatorForGroupError,
    RebalanceInProgressError,
    TopicAlreadyExistsError,
    UnknownMemberIdError,
    for_code,
)

from shared.bus.kafka_reader import REQUEST_MS
from shared.bus.port import GroupBusy, TopicPartition
from shared.bus.topics import Topic

_TOPIC = ConfigResourceType.TOPIC
_LOOK_SECONDS = 0.05
#: A file takes records for no longer than this, where the next shall be in another one; and so long
#: every broker has heard of it, and the newest record is older.
_ROLL = ("segment.ms", "1000")
_ROLL_SECONDS = 2.0
#: The source of a setting that is the topic's own (DescribeConfigs).
_OWN = 1
#: What a broker answers about groups while a cluster starts, or a group moves to another broker.
_NO_COORDINATOR_YET = (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    NotCoordinatorForGroupError,
)
#: What a broker answers to a commit from outside a group that has members.
_GROUP_AT_WORK = (
    CommitFailedError,
    IllegalGenerationError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)


class Administration:
    """One client of the admin API, opened at its first use and used by one caller at a time."""

    def __init__(self, connection: Mapping[str, Any]) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()
        self._client: AIOKafkaAdminClient | None = None

    async def declare(
        self, topics: Sequence[Topic], partitions: int, replication: int | None
    ) -> list[str]:
        """Create the topics that are missing, each with its retention, busy ones with so many
        partitions; return their names."""
        async with self._lent() as admin:
            present = set(await admin.list_topics())
            missing = [each for each in topics if each.name not in present]
            if missing:
                replicas = replication or min(3, await _brokers(admin))
                new = [
                    NewTopic(
                        each.name,
                        each.partitions(partitions),
                        replicas,
                        topic_configs=each.configuration(),
                    )
                    for each in missing
                ]
                response = await admin.create_topics(new, timeout_ms=REQUEST_MS)
                _raise_refusals(response.topic_errors)
                await _until_known(admin, [each.name for each in missing])
            return [each.name for each in missing]

    async def differing(self, topics: Sequence[Topic]) -> dict[str, dict[str, str]]:
        """Return the settings of present topics that are not as declared, by topic."""
        declared = {each.name: each.configuration() for each in topics}
        async with self._lent() as admin:
            present = set(await admin.list_topics())
            asked = [ConfigResource(_TOPIC, name) for name in declared if name in present]
            responses = await admin.describe_configs(asked) if asked else []
        found: dict[str, dict[str, str]] = {}
        for response in responses:
            for _, _, _, name, entries in response.resources:
                real = {entry[0]: entry[1] for entry in entries}
                wrong = {
                    key: str(real[key])
                    for key, value in declared[name].items()
                    if key in real and real[key] != value
                }
                if wrong:
                    found[name] = wrong
        return found

    async def roll_soon(self, topics: Collection[str]) -> dict[str, dict[str, str]]:
        """Have the next record of each partition begin a new file; return the topics' own settings
        as they were, to be given back soon: files would be many."""
        async with self._lent() as admin:
            asked = [ConfigResource(_TOPIC, name) for name in topics]
            responses = await admin.describe_configs(asked)
        ordinary = {
            name: {entry[0]: entry[1] for entry in entries if entry[3] == _OWN}
            for response in responses
            for _, _, _, name, entries in response.resources
        }
        for settings in ordinary.values():
            if settings.get(_ROLL[0]) == _ROLL[1]:
                del settings[_ROLL[0]]  # of an attempt that was killed
        await self.configure({name: each | dict([_ROLL]) for name, each in ordinary.items()})
        await asyncio.sleep(_ROLL_SECONDS)
        return ordinary

    async def configure(self, settings: Mapping[str, Mapping[str, str]]) -> None:
        """Give topics these settings of their own, and no others."""
        new = [ConfigResource(_TOPIC, name, dict(own)) for name, own in settings.items()]
        async with self._lent() as admin:
            responses = await admin.alter_configs(new)
        _raise_refusals((each[3], *each[:2]) for found in responses for each in found.resources)

    async def delete_before(self, begins: Mapping[TopicPartition, int]) -> None:
        """Delete the records before these offsets."""
        wanted = {Place(*place): RecordsToDelete(offset) for place, offset in begins.items()}
        async with self._lent() as admin:
            await admin.delete_records(wanted, timeout_ms=REQUEST_MS)

    async def places(self, topics: Iterable[str]) -> list[Place]:
        """Return the partitions of the topics that exist."""
        async with self._lent() as admin:
            described = await admin.describe_topics(sorted(set(topics)))
        return [
            Place(topic["topic"], each["partition"])
            for topic in described
            for each in topic["partitions"]
        ]

    async def committed(self, group: str) -> dict[TopicPartition, int]:
        """Return the positions a group has committed."""
        async with self._lent() as admin, asyncio.timeout(REQUEST_MS / 1000):
            while True:
                try:
                    found = await admin.list_consumer_group_offsets(group)
                    break
                except _NO_COORDINATOR_YET:
                    await asyncio.sleep(_LOOK_SECONDS)
        return {
            TopicPartition(place.topic, place.partition): position.offset
            for place, position in found.items()
            if position.offset >= 0
        }

    async def rewind(self, group: str, places: Sequence[Place]) -> None:
        """Have a group begin anew in these partitions.

        Raises:
            GroupBusy: it has members.
        """
        # A member on its own, outside the group's rounds: only an empty group lets it commit.
        member = AIOKafkaConsumer(**self._connection, group_id=group, enable_auto_commit=False)
        try:
            await member.start()
            member.assign(places)
            await member.commit(dict.fromkeys(places, 0))
        except _GROUP_AT_WORK as error:
            raise GroupBusy(group) from error
        finally:
            await member.stop()

    async def close(self) -> None:
        """Give the connections back."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[AIOKafkaAdminClient]:
        """Lend the client; after an error the next one is made anew."""
        async with self._turn:
            client = self._client
            try:
                if client is None:
                    client = AIOKafkaAdminClient(**self._connection, request_timeout_ms=REQUEST_MS)
                    await client.start()
                    self._client = client
                yield client
            except BaseException:
                self._client = None
                if client is not None:
                    await client.close()
                raise


async def _brokers(admin: AIOKafkaAdminClient) -> int:
    return len((await admin.describe_cluster())["brokers"])


async def _until_known(admin: AIOKafkaAdminClient, topics: list[str]) -> None:
    """Wait until a broker knows of leaders: a topic is created before its partitions are."""
    async with asyncio.timeout(REQUEST_MS / 1000):
        while not all(map(_has_leaders, await admin.describe_topics(topics))):  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_SECONDS)


def _has_leaders(topic: Mapping[str, Any]) -> bool:
    partitions = topic["partitions"]
    return bool(partitions) and not any(each["error_code"] for each in partitions)


def _raise_refusals(errors: Iterable[Sequence[Any]]) -> None:
    for name, code, *details in errors:
        refusal = for_code(code)
        if code and refusal is not TopicAlreadyExistsError:
            raise refusal(f"topic {name}: {' '.join(str(each) for each in details if each)}")
