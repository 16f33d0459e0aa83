"""Points at which a process kills itself, as ``kill -9`` would, where it hurts most.

A point is armed by the launcher with the number of times it is passed before it kills.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from shared.http.gates import Write
from shared.http.idempotency import IdempotencyKey
from shared.inbox import store
from shared.inbox.inbox import Inbox
from shared.outbox import relay
from tests.faults.witness import WITNESS


@dataclass(frozen=True, slots=True)
class _Point:
    """A step of the system, and whether the process dies before or after it.

    ``counts`` says by the step's first argument whether a pass counts.
    """

    holder: Any
    step: str
    before: bool = False
    counts: Callable[[Any], bool] = lambda first: True


def _is_the_witness(inbox: Inbox) -> bool:
    """Only the witness shows whether an effect was left out or repeated."""
    return inbox.consumer.name == WITNESS.name


_POINTS = {
    "request_before_commit": _Point(IdempotencyKey, "store"),
    "request_before_answer": _Point(Write, "_run"),
    "relay_before_publish": _Point(relay, "_message", before=True),
    "relay_before_mark": _Point(relay, "mark", before=True),
    "consumer_before_commit": _Point(store, "move"),
    "consumer_before_effect": _Point(Inbox, "handle", before=True, counts=_is_the_witness),
    "consumer_before_position": _Point(Inbox, "handle", counts=_is_the_witness),
}
POINTS = tuple(_POINTS)


def arm(name: str, passes: int) -> None:
    """Have this process die when it passes a point for the ``passes``-th time."""
    point = _POINTS[name]
    step = getattr(point.holder, point.step)
    setattr(point.holder, point.step, _deadly(point, step, passes))


def _deadly(point: _Point, step: Any, passes: int) -> Any:
    left = passes

    def count(arguments: tuple[Any, ...]) -> None:
        nonlocal left
        left -= point.counts(arguments[0])
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    @wraps(step)
    def count_and_step(*arguments: Any, **named: Any) -> Any:
        count(arguments)
        return step(*arguments, **named)

    @wraps(step)
    async def step_and_count(*arguments: Any, **named: Any) -> Any:
        done = await step(*arguments, **named)
        count(arguments)
        return done

    return count_and_step if point.before else step_and_count
