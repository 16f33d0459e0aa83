"""How much a process works on at once: so many requests, as many more that wait in a short line;
what comes on top is refused at once, so that what is taken in is answered in time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from starlette.types import Message, Receive

from shared.domain.errors import Unavailable

#: Who has waited so long for a turn is better told to come back.
PATIENCE_SECONDS = 1.0

Turn = asyncio.Future[bool]


class Overloaded(Unavailable):
    """The process works on as much as it can."""

    code = "overloaded"
    title = "Too busy"

    @classmethod
    def now(cls) -> Overloaded:
        """Refuse one request."""
        return cls("As much is worked on as this process can; try again.")


class Admission:
    """Lets ``most`` requests be worked on at once; as many wait, first come, first served."""

    def __init__(self, most: int, patience: float = PATIENCE_SECONDS) -> None:
        self._most = most
        self._patience = patience
        self._working = 0
        self._line: deque[Turn] = deque()

    @property
    def full(self) -> bool:
        """Say whether whoever comes now gets neither a place nor one in the line."""
        return len(self._line) >= self._most and self._working >= self._most

    async def enter(self) -> None:
        """Take a place, or wait for one.

        Raises:
            Overloaded: the line is full, or the wait too long.
        """
        if self._working < self._most:
            self._working += 1
        elif len(self._line) >= self._most or not await self._turn(self._line.append):
            raise Overloaded.now()

    async def enter_again(self) -> None:
        """Take a place before all others, however long it takes."""
        if self._working < self._most:
            self._working += 1
        else:
            await self._turn(self._line.appendleft, patient=True)

    def leave(self) -> None:
        """Give the place to the first in line, or back."""
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(True)
                return
        self._working -= 1

    async def _turn(self, stand: Callable[[Turn], None], *, patient: bool = False) -> bool:
        loop = asyncio.get_running_loop()
        turn: Turn = loop.create_future()
        stand(turn)
        timer = None if patient else loop.call_later(self._patience, self._give_up, turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                with suppress(ValueError):
                    self._line.remove(turn)
            elif turn.done() and turn.result():
                self.leave()
            raise
        finally:
            if timer is not None:
                timer.cancel()

    def _give_up(self, turn: Turn) -> None:
        if not turn.done():
            self._line.remove(turn)
            turn.set_result(False)


class Place:
    """The place of one request that was let in. While it waits for its client to send more, another
    has it: clients that send slowly hold up nobody."""

    __slots__ = ("_admission", "_held", "_receive")

    def __init__(self, admission: Admission, receive: Receive) -> None:
        self._admission = admission
        self._receive = receive
        self._held = True

    async def receive(self) -> Message:
        """Receive from the client, outside."""
        self.leave()
        message = await self._receive()
        await self._admission.enter_again()
        self._held = True
        return message

    def leave(self) -> None:
        """Leave, unless outside already."""
        if self._held:
            self._held = False
            self._admission.leave()
