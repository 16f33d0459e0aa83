"""What the load did and what it was told: the only memory the audit trusts."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support.calling import Call, Json


@dataclass(slots=True)
class Written:
    """A write, and the answer that settled it: None while nobody has told its outcome."""

    call: Call
    client: httpx.AsyncClient
    status: int | None = None
    body: bytes = b""
    document: Json = field(default_factory=dict)

    @property
    def acknowledged(self) -> bool:
        """Whether we were told that it is done."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def version(self) -> int:
        """The version that the write led to, as we were told."""
        return int(self.document["version"])

    def settle(self, answer: httpx.Response) -> None:
        """Keep the answer."""
        self.status, self.body, self.document = answer.status_code, answer.content, answer.json()


#: What the report calls what was done to the system, by the first word of its kind; the rest are
#: kills.
_CALLED = {
    "absent": "absences",
    "again": "repetitions",
    "blocked": "blocks",
    "hung": "hangs",
    "lost": "lost logs",
    "pause": "pauses",
    "poison": "poisonings",
    "refused": "cuts",
    "roll": "rolling restarts",
    "silent": "cuts",
    "slow": "slowed consumers",
    "storm": "storms",
}


@dataclass(slots=True)
class Kill:
    """One process killed, or worse, and how long it took until a write was done again."""

    kind: str
    at: float
    recovered: float | None = None

    @property
    def called(self) -> str:
        """What the report counts it as."""
        return _CALLED.get(self.kind.partition("_")[0], "kills")


@dataclass(slots=True)
class Journal:
    """Filled by the load and the killer; read by the audit and the report.

    ``shown`` holds the last acknowledged write of each document, by the path it is read at;
    ``done`` when each acknowledged write was sent, and how many seconds later that was known.
    """

    writes: list[Written] = field(default_factory=list)
    kills: list[Kill] = field(default_factory=list)
    shown: dict[str, Written] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)
    cut: int = 0  # answers to creations, thrown away
    late_commits: int = 0
    repeated: int = 0  # records of events that were on the bus already
    done: list[tuple[float, float]] = field(default_factory=list)
    last_done: float = 0.0  # when the last write was sent that was done
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0

    def answered(self, answer: httpx.Response | None) -> None:
        """Count a request. Whatever is killed, an answer is never a defect."""
        self.statuses["cut" if answer is None else str(answer.status_code)] += 1
        if answer is not None and answer.status_code == 500:
            self.surprise("a defect", path=answer.request.url.path, answer=answer.text[:300])

    def acknowledged(self, sent: float) -> None:
        """A write sent at this moment was done: whatever was killed before works again."""
        self.done.append((sent, time.monotonic() - sent))
        self.last_done = max(self.last_done, sent)
        for kill in self.kills:
            if kill.recovered is None and kill.at < sent:
                kill.recovered = time.monotonic() - kill.at

    def struck_by(self, kind: str, at: float) -> None:
        """Note what was done to the system from a moment on; what lasted, such as a pause, may have
        kept nobody from writing."""
        kill = Kill(kind, at)
        if kill.called != "kills":
            since = (sent + took - at for sent, took in self.done if sent > at)
            kill.recovered = next(since, None)
        self.kills.append(kill)

    def surprise(self, what: str, **facts: Any) -> None:
        """Note what no client should see."""
        shown = ", ".join(f"{name} {value}" for name, value in facts.items())
        self.surprises.append(f"{what}: {shown}" if shown else what)

    @property
    def struck(self) -> str:
        """How often what was done to the system: kills first."""
        counts = Counter(kill.called for kill in self.kills)
        counts["kills"] += 0
        return " / ".join(f"{name} {counts[name]}" for name in sorted(counts, key=_kills_first))

    @property
    def up(self) -> bool:
        """Whether a write was done since the last kill."""
        return all(kill.recovered is not None for kill in self.kills)


def _kills_first(name: str) -> tuple[bool, str]:
    return name != "kills", name
