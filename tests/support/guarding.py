"""A clean-up that happens even when the run that should do it is killed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.support.running import ROOT

#: Nobody says a word on the line while all is well; its end without one means that we are dead.
_WATCH = 'read _ || exec "$@"'


@contextmanager
def cleaned_up(command: Sequence[str], lock: int) -> Iterator[None]:
    """Run the command if this process ends during the block; ``lock`` is held until it is done."""
    guard = subprocess.Popen(
        ["/bin/sh", "-c", _WATCH, "guard", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        pass_fds=[lock],
        start_new_session=True,
    )
    try:
        yield
    finally:
        guard.communicate(b"all is well\n")
