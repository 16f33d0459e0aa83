"""Points at which a process kills itself, as ``kill -9`` would, where it hurts most.

``FAULT_POINTS`` names a folder. A file in it arms the point it is named after: the first process
that passes the point takes the file away and dies.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Literal

from shared.http.gates import Write
from shared.http.idempotency import IdempotencyKey
from shared.inbox import store
from shared.inbox.consumer import Consumer
from shared.inbox.inbox import Inbox
from shared.outbox import relay
from tests.faults.witness import WITNESS

VARIABLE = "FAULT_POINTS"
#: So long after a step has begun a process dies that dies during it.
_INTO_IT_SECONDS = 0.001


@dataclass(frozen=True, slots=True)
class _Point:
    """A step of the system, and when the process dies: before, during or after it.

    ``counts`` says by the step's arguments whether a pass counts.
    """

    holder: Any
    step: str
    when: Literal["before", "during", "after"]
    counts: Callable[..., bool] = lambda *arguments: True


# Only the witness shows whether an effect was left out or repeated.


def _claims_for_the_witness(conn: Any, consumer: str, *more: Any) -> bool:
    return consumer == WITNESS.name


def _is_the_witness(consumer: Consumer, *more: Any) -> bool:
    return consumer.name == WITNESS.name


def _is_of_the_witness(inbox: Inbox, *more: Any) -> bool:
    return inbox.consumer.name == WITNESS.name


REQUEST_POINTS = {
    "request_before_commit": _Point(IdempotencyKey, "store", "after"),
    "request_before_answer": _Point(Write, "_run", "after"),
}
RELAY_POINTS = {
    "relay_after_read": _Point(relay, "unpublished", "after"),
    "relay_before_publish": _Point(relay, "_message", "before"),
    "relay_while_publishing": _Point(relay, "_message", "during"),
    "relay_before_mark": _Point(relay, "mark", "before"),
    "relay_while_marking": _Point(relay, "mark", "during"),
    "relay_after_mark": _Point(relay, "mark", "after"),
}
CONSUMER_POINTS = {
    "consumer_before_effect": _Point(Inbox, "handle", "before", _is_of_the_witness),
    "consumer_before_inbox": _Point(store, "claim", "before", _claims_for_the_witness),
    "consumer_after_inbox": _Point(store, "claim", "after", _claims_for_the_witness),
    "consumer_after_effect": _Point(Consumer, "apply", "after", _is_the_witness),
    "consumer_before_commit": _Point(Inbox, "take", "after", _is_of_the_witness),
    "consumer_after_commit": _Point(Inbox, "_apply", "after", _is_of_the_witness),
    "consumer_before_position": _Point(Inbox, "handle", "after", _is_of_the_witness),
}
_POINTS = REQUEST_POINTS | RELAY_POINTS | CONSUMER_POINTS
POINTS = tuple(_POINTS)


class Trap:
    """The armed points of a system, as those see them who arm them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)  # the processes may be another user's
        self.folder = folder

    def set(self, point: str) -> None:
        """Have the next process that passes the point die there."""
        (self.folder / point).touch()

    def sprung(self, point: str) -> bool:
        """Whether a process passed the point, and so died."""
        return not (self.folder / point).exists()

    def take_away(self, point: str) -> None:
        """Let processes pass again."""
        (self.folder / point).unlink(missing_ok=True)


def watch(folder: str) -> None:
    """Have this process look at every point it passes whether that is armed."""
    for name, point in _POINTS.items():
        step = getattr(point.holder, point.step)
        setattr(point.holder, point.step, _watched(point, step, os.path.join(folder, name)))


def _watched(point: _Point, step: Any, path: str) -> Any:
    def look(arguments: tuple[Any, ...]) -> None:
        if os.access(path, os.F_OK) and point.counts(*arguments) and take(path):
            if point.when == "during":
                asyncio.get_running_loop().call_later(_INTO_IT_SECONDS, _die)
            else:
                _die()

    @wraps(step)
    def look_and_step(*arguments: Any, **named: Any) -> Any:
        look(arguments)
        return step(*arguments, **named)

    @wraps(step)
    async def step_and_look(*arguments: Any, **named: Any) -> Any:
        done = await step(*arguments, **named)
        look(arguments)
        return done

    return step_and_look if point.when == "after" else look_and_step


def take(path: str) -> bool:
    """Take the file away; say False if it is not there, or another process was quicker."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return False
    return True


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
