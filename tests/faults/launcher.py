"""``python -m tests.faults.launcher``: ``kehu`` as it is, with a witness, points to die at, and
consumers that can be hindered.

``FAULT_BUG`` names a bug to put in, ``FAULT_POINTS`` the folder in which points are armed.
"""

from __future__ import annotations

import os

from shared.cli import main
from tests.faults import hindrances, points
from tests.faults.mutants import put_in
from tests.faults.witness import add_to_analytics


def launch() -> None:
    """Prepare this process, and be ``kehu``."""
    add_to_analytics()
    if bug := os.environ.get("FAULT_BUG"):
        put_in(bug)
    if folder := os.environ.get(points.VARIABLE):
        points.watch(folder)
        hindrances.watch(folder)
    main()


if __name__ == "__main__":
    launch()
