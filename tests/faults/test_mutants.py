"""The bugs of ``make mutants`` are caught by tests that are there."""

from __future__ import annotations

import subprocess
import sys

from tests.faults.mutants import CATCHERS, bugs
from tests.support.running import ROOT


def test_every_bug_has_a_test_that_must_fail_with_it() -> None:
    assert CATCHERS.keys() == bugs().keys()
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider"]
    found = subprocess.run(
        [*command, *sorted(set(CATCHERS.values()))], cwd=ROOT, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stdout + found.stderr
