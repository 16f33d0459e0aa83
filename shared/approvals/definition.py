"""A process as data: for which documents which steps are taken, who is asked in each, how long it
may take, and what happens then (S219, S220)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from shared.approvals.errors import InvalidProcess
from shared.domain.money import DEFAULT_CURRENCY


class Mode(StrEnum):
    """How many of those a step asks must agree (S220)."""

    SINGLE = "single"  # 单人审批
    ALL = "all"  # 会签
    ANY = "any"  # 或签


class AtLimit(StrEnum):
    """What happens when a step takes longer than its limit (S46, S221)."""

    ESCALATE = "escalate"  # 提醒并上报
    STEP_DOWN = "step_down"  # 逐级递减


@dataclass(frozen=True, slots=True)
class Voice:
    """One who is asked: whoever holds one of the roles or permissions, or is one of the people.

    ``authority`` asks the role that the document itself demands, or a higher one; ``superior`` the
    manager so many levels above the owner, 1 for the nearest, or the highest where there are fewer.
    """

    name: str
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    people: tuple[UUID, ...] = ()
    authority: bool = False
    superior: int | None = None

    @property
    def keys(self) -> frozenset[str]:
        """What somebody must hold to speak here, as ``role:…``, ``permission:…``, ``person:…``."""
        return frozenset(
            (
                *(role_key(each) for each in self.roles),
                *(f"permission:{each}" for each in self.permissions),
                *(person_key(each) for each in self.people),
            )
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One step. Without ``limit_seconds`` it may take any time."""

    name: str
    mode: Mode
    voices: tuple[Voice, ...]
    limit_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The steps of documents with these attributes and an amount above ``over``, up to and
    including ``up_to``; None: without that limit."""

    steps: tuple[Step, ...]
    over: Decimal | None = None
    up_to: Decimal | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)

    def takes(self, case: Case, currency: str) -> bool:
        """Say whether a document goes this way. An amount in another currency counts as above all
        limits: nobody's authority is widened by a rate (S221)."""
        if any(case.attributes.get(name) != value for name, value in self.attributes.items()):
            return False
        if case.amount is None:
            return self.over is None
        if case.currency != currency:
            return self.up_to is None
        return (self.over is None or case.amount > self.over) and (
            self.up_to is None or case.amount <= self.up_to
        )


@dataclass(frozen=True, slots=True)
class Case:
    """What an approval needs to know of a document. ``ladder`` are the roles with authority, the
    least first, and ``demanded`` the least that may approve, where the document itself says so.
    ``superiors`` are the managers above the owner, the nearest first; ``decide_by`` is when the
    limit of the first step passes, if that is still to come."""

    document_type: str
    document_id: UUID
    label: str
    content_hash: str
    authors: Sequence[UUID]
    owner_id: UUID
    customer_id: UUID | None = None
    amount: Decimal | None = None
    currency: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    ladder: tuple[str, ...] = ()
    demanded: str | None = None
    superiors: tuple[UUID, ...] = ()
    decide_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What a definition may speak of. ``least_limit`` is in seconds: at each limit of a step
    somebody is reminded, and not more often than they can answer."""

    roles: Collection[str]
    permissions: Collection[str]
    attributes: Collection[str]
    has_amount: bool
    needs_authority: bool
    has_superiors: bool = False
    people: Collection[UUID] = ()
    least_limit: int = 60


@dataclass(frozen=True, slots=True)
class Process:
    """The definition for one kind of document. ``ladder`` are roles, the least first: by it a step
    that takes too long is taken higher, or lower."""

    routes: tuple[Route, ...]
    at_limit: AtLimit = AtLimit.ESCALATE
    ladder: tuple[str, ...] = ()
    currency: str = DEFAULT_CURRENCY

    @property
    def people(self) -> list[UUID]:
        """All who are asked by name."""
        steps = (step for route in self.routes for step in route.steps)
        return [each for step in steps for voice in step.voices for each in voice.people]

    def steps_for(self, case: Case) -> tuple[Step, ...]:
        """Return the steps of a document; of several routes that take it, the most special."""
        found = [route for route in self.routes if route.takes(case, self.currency)]
        return max(found, key=lambda route: len(route.attributes)).steps

    def check(self, known: Known) -> None:
        """Refuse a definition with which some document would find no way or no approver (S219).

        Raises:
            InvalidProcess: with the pointer to what is wrong.
        """
        if known.has_amount and self.at_limit == AtLimit.STEP_DOWN:
            raise InvalidProcess.field("/at_limit", "What has an amount never steps down.")
        if len(set(self.ladder)) < len(self.ladder):
            raise InvalidProcess.field("/ladder", "A role stands in the ladder once.")
        _must_be_known(self.ladder, known.roles, "/ladder")
        for place, route in enumerate(self.routes):
            _check_route(route, known, f"/routes/{place}")
        _check_bands(self.routes, known.has_amount)


def role_key(role: str) -> str:
    """Return what a holder of the role holds."""
    return f"role:{role}"


def person_key(person: UUID) -> str:
    """Return what only this person holds."""
    return f"person:{person}"


def _check_route(route: Route, known: Known, at: str) -> None:
    if not route.steps:
        raise InvalidProcess.field(f"{at}/steps", "A route needs a step.")
    _must_be_known(route.attributes, known.attributes, f"{at}/attributes")
    names = [step.name for step in route.steps]
    if len(set(names)) < len(names):
        raise InvalidProcess.field(f"{at}/steps", "Steps of a route have different names.")
    for place, step in enumerate(route.steps):
        _check_step(step, known, f"{at}/steps/{place}")
    last = route.steps[-1]
    if known.needs_authority and not (last.mode == Mode.SINGLE and last.voices[0].authority):
        raise InvalidProcess.field(f"{at}/steps", "The last step is that of the authority.")


def _check_step(step: Step, known: Known, at: str) -> None:
    if (step.mode == Mode.SINGLE) != (len(step.voices) == 1):
        raise InvalidProcess.field(f"{at}/voices", "A single step has one voice, others several.")
    names = [voice.name for voice in step.voices]
    if len(set(names)) < len(names):
        raise InvalidProcess.field(f"{at}/voices", "Voices of a step have different names.")
    if step.limit_seconds is not None and step.limit_seconds < known.least_limit:
        message = f"A step takes {known.least_limit} s or more; people are reminded at each limit."
        raise InvalidProcess.field(f"{at}/limit_seconds", message)
    for place, voice in enumerate(step.voices):
        _must_be_known(voice.roles, known.roles, f"{at}/voices/{place}/roles")
        _must_be_known(voice.permissions, known.permissions, f"{at}/voices/{place}/permissions")
        _must_be_known(voice.people, known.people, f"{at}/voices/{place}/people")
        if voice.authority and not known.needs_authority:
            message = "This kind of document demands no authority."
            raise InvalidProcess.field(f"{at}/voices/{place}/authority", message)
        if voice.superior is not None and not known.has_superiors:
            message = "This kind of document goes to nobody above its owner."
            raise InvalidProcess.field(f"{at}/voices/{place}/superior", message)
        if not voice.keys and not voice.authority and voice.superior is None:
            raise InvalidProcess.field(f"{at}/voices/{place}", "A voice names who is asked.")


def _must_be_known(named: Iterable[object], known: Collection[object], at: str) -> None:
    unknown = [each for each in named if each not in known]
    if unknown:
        raise InvalidProcess.field(at, f"{unknown[0]} is not known here.")


def _check_bands(routes: Sequence[Route], has_amount: bool) -> None:
    """Every amount has one way among the routes with the same attributes, and what has none of the
    attributes has one as well."""
    groups: dict[tuple[tuple[str, str], ...], list[Route]] = {}
    for route in routes:
        groups.setdefault(tuple(sorted(route.attributes.items())), []).append(route)
    if () not in groups:
        raise InvalidProcess.field("/routes", "One route must take every document.")
    for group in groups.values():
        if not has_amount and len(group) > 1:
            raise InvalidProcess.field("/routes", "Two routes take the same documents.")
        group.sort(key=lambda route: (route.over is not None, route.over or 0))
        ends = [group[0].over is None, group[-1].up_to is None]
        if not all(ends) or any(one.up_to != next_.over for one, next_ in pairwise(group)):
            raise InvalidProcess.field("/routes", "The amounts leave a gap, or overlap.")
        if any(each.over == each.up_to is not None for each in group):
            raise InvalidProcess.field("/routes", "The amounts leave a gap, or overlap.")
        _must_grow(group)


def _must_grow(group: Sequence[Route]) -> None:
    limits = [route.up_to for route in group[:-1]]
    found = [each for each in limits if each is not None]
    if len(found) < len(limits) or any(low >= high for low, high in pairwise(found)):
        raise InvalidProcess.field("/routes", "The amounts leave a gap, or overlap.")
    if found and found[0] <= 0:
        raise InvalidProcess.field("/routes", "Limits of amounts are above zero.")
