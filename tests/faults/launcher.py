"""``python -m tests.faults.launcher``: ``kehu`` as it is, with a witness, and armed on demand.

``FAULT_BUG`` names a bug to put in, ``FAULT_POINT`` a point to die at (``relay_before_mark:7``).
"""

from __future__ import annotations

import os

from shared.cli import main
from tests.faults.bugs import BUGS
from tests.faults.points import arm
from tests.faults.witness import add_to_analytics


def launch() -> None:
    """Prepare this process, and be ``kehu``."""
    add_to_analytics()
    if bug := os.environ.get("FAULT_BUG"):
        BUGS[bug]()
    if armed := os.environ.get("FAULT_POINT"):
        point, _, passes = armed.partition(":")
        arm(point, int(passes))
    main()


if __name__ == "__main__":
    launch()
