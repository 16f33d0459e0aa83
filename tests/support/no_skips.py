"""A pytest plugin that fails a run in which any test was skipped.

A skipped test shows nothing, so a green run must have run everything it collected.
`--allow-skips` switches it off for work at the desk.
"""

import pytest

SKIPPED = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--allow-skips", action="store_true", help="do not fail when tests skip")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SKIPPED] = []
    if not config.getoption("--allow-skips"):
        config.pluginmanager.register(SkipWatch(config.stash[SKIPPED]), "kehu-skip-watch")


class SkipWatch:
    """Collects skips of tests and of whole modules; an expected failure (xfail) is no skip."""

    def __init__(self, skipped: list[str]) -> None:
        self.skipped = skipped

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self.skipped.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.skipped.append(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.skipped:
            terminalreporter.write_line(
                f"FAILED: {len(self.skipped)} skipped, and a skipped test shows nothing:", red=True
            )
            for nodeid in self.skipped:
                terminalreporter.write_line(f"  {nodeid}")
