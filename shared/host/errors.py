"""What stops a command: one sentence for the one who typed it."""

from __future__ import annotations


class HostError(RuntimeError):
    """The command cannot do what it was asked; the message says why and what helps."""


class RelayStays(HostError):
    """The relay of a service does not yield its place to a command."""

    def __init__(self, service: str) -> None:
        super().__init__(
            f"The relay of {service} does not yield: stop its workers, and run this again."
        )
