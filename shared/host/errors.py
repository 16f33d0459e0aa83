"""What stops a command: one sentence for the one who typed it."""

from __future__ import annotations


class HostError(RuntimeError):
    """The command cannot do what it was asked; the message says why and what helps."""
