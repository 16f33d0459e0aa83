"""Use cases of number ranges: which are in force, and adopting others (S75, S226)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.audit.changes import as_json
from shared.db.driver import Connection
from shared.db.unit_of_work import UnitOfWork
from shared.domain.actor import SYSTEM, Actor
from shared.domain.aggregate import Aggregate
from shared.domain.clock import business_date
from shared.domain.errors import NotFound, StaleVersion
from shared.events.numbering import BranchSerials, NumberRangesState, Serials
from shared.numbering.ranges import Range, RangeSet, Series
from shared.numbering.repository import Adopted, hold, issued, ranges_of, store


@dataclass(frozen=True, slots=True)
class AdoptRanges:
    """Put other ranges of a series in force, if ``expected`` is still the version in force."""

    series: str
    ranges: RangeSet
    expected: int | None


class Numbering:
    """The numbers of one service's documents, and the event that tells of their ranges."""

    def __init__(
        self, service: str, adopted: type[NumberRangesState], series: Iterable[Series]
    ) -> None:
        self.service = service
        self._adopted = adopted
        self.series = {each.name: each for each in series}

    async def in_force(self, conn: Connection, name: str) -> Adopted:
        """Return the ranges in force.

        Raises:
            NotFound: the service has no such series.
        """
        return await ranges_of(conn, self._named(name))

    async def adopt(self, uow: UnitOfWork, command: AdoptRanges) -> Adopted:
        """Put other ranges in force; what was issued this year stays inside of its own (S75, S226).

        Raises:
            NotFound: the service has no such series.
            InvalidRanges, SerialsIssued: they overlap, or leave out what was issued.
            StaleVersion: other ranges are in force than the caller saw.
        """
        series = self._named(command.series)
        command.ranges.check(series)
        await hold(uow.conn, series, alone=True)
        # Of who waited over New Year's Eve: what was adopted in the new year counts.
        before = await ranges_of(uow.conn, series)
        if command.expected is not None and before.version != command.expected:
            raise StaleVersion(f"Version {before.version} is in force, not {command.expected}.")
        command.ranges.keep(await issued(uow.conn, series, business_date(uow.now).year))
        if before.version == 1:
            await self._store(uow, series, before, None, SYSTEM)
        adopted = Adopted(before.version + 1, command.ranges)
        await self._store(uow, series, adopted, before.ranges, uow.actor)
        return adopted

    async def _store(
        self, uow: UnitOfWork, series: Series, adopted: Adopted, before: RangeSet | None, by: Actor
    ) -> None:
        head = await store(uow, self.service, series, adopted, by)
        others = adopted.ranges.default
        told = self._adopted(
            number_ranges_id=head,
            series=series.name,
            branches=tuple(
                BranchSerials(branch=branch, first=each.first, last=each.last)
                for branch, each in adopted.ranges.in_order
            ),
            others=None if others is None else _told(others),
        )
        changes = as_json({"ranges": [before, adopted.ranges]})
        await uow.record(Aggregate(id=head, version=adopted.version), told, changes)

    def _named(self, name: str) -> Series:
        if name not in self.series:
            raise NotFound.of("number series", name)
        return self.series[name]


def _told(serials: Range) -> Serials:
    return Serials(first=serials.first, last=serials.last)
