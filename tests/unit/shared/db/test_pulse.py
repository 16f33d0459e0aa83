"""A server that went silent: what waits for it is given up, all of it."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from shared.db import pulse
from shared.db.pulse import Pulse
from shared.embedded.state import free_port


class Driver:
    """A connection; one that the server closed meanwhile cannot be broken off."""

    def __init__(self, *, closed: bool = False) -> None:
        self.closed = closed
        self.given_up = asyncio.Event()

    def terminate(self) -> None:
        """Break off, as asyncpg does."""
        self.given_up.set()
        if self.closed:
            raise asyncpg.InterfaceError("connection is closed")


class Loan:
    """A connection in use."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.timer: asyncio.TimerHandle | None = None


async def test_a_connection_that_is_closed_already_does_not_save_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """F4: a killed server closes some lines by itself, others stay open in silence."""
    monkeypatch.setattr(pulse, "SUSPICIOUS_SECONDS", 0.01)
    watching = Pulse(f"postgresql://kehu@127.0.0.1:{free_port()}/kehu")
    drivers = [Driver(closed=True), Driver(), Driver(closed=True), Driver()]
    loans = [Loan(driver) for driver in drivers]
    for loan in loans:
        watching.watch(loan)
    async with asyncio.timeout(5):
        for driver in drivers:
            await driver.given_up.wait()
    for loan in loans:
        watching.forget(loan)
