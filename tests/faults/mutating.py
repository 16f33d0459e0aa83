"""A pytest plugin (``-p tests.faults.mutating``): the run is of a system with the bug that
``FAULT_BUG`` names."""

from __future__ import annotations

import os

from tests.faults.mutants import put_in

put_in(os.environ["FAULT_BUG"])
