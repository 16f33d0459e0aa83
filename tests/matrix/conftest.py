"""Says at the end of a run how large the matrix was."""

from __future__ import annotations

import pytest

from tests.matrix.asking import CALLS, OPERATIONS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    told = [
        property
        for report in terminalreporter.getreports("passed")
        for property in report.user_properties
    ]
    calls = sum(int(str(value)) for name, value in told if name == CALLS)
    operations = sum(int(str(value)) for name, value in told if name == OPERATIONS)
    if calls:
        terminalreporter.write_line(
            f"authorization matrix: {operations} operations, {calls} calls as the oracle says"
        )
