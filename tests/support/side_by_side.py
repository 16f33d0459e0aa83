"""A pytest plugin for runs with several workers (``-n 2``): modules run side by side, what strikes
systems runs when all others are through, and what workers print is seen.

Every worker has a PostgreSQL and a Kafka of its own, made when its first test asks for them.
"""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

#: The tiers in the order of how long their modules take, so that all workers are through together.
TIERS = ("e2e", "integration", "matrix", "contract", "architecture", "unit", "faults")
#: Struck systems should have the machine to themselves: they recover against the clock.
ALONE = "tests/faults/"

_STORY = re.compile(r"tests/e2e/.*\[(?:.*-)?(postgres|kafka)(?:-.*)?\]")

if "PYTEST_XDIST_WORKER" in os.environ:
    os.dup2(2, 1)  # what is printed past the capturing; else it would go nowhere


class Modules(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Hands modules to the workers; the stories of e2e go together, as they share a system."""

    def _split_scope(self, nodeid: str) -> str:
        if story := _STORY.match(nodeid):
            return f"stories on {story[1]}"
        return nodeid.partition("::")[0]

    def _reschedule(self, node: Any) -> None:
        if self.workqueue and all(scope.startswith(ALONE) for scope in self.workqueue):
            others = [each for each in self.nodes if each is not node]
            if any(not each.shutting_down for each in others):
                node.shutdown()
            if others:
                return
        super()._reschedule(node)

    def remove_node(self, node: Any) -> str | None:
        """Give the last worker what must run alone, when the others have ended."""
        crashed: str | None = super().remove_node(node)
        for each in self.nodes:
            self._reschedule(each)
        return crashed


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):  # the run's own reporter hears from it
        config.pluginmanager.unregister(name="terminalreporter")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Modules:
    config.option.loadscopereorder = False
    return Modules(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=_tier)


def _tier(item: pytest.Item) -> int:
    tier = item.nodeid.split("/")[1]
    return TIERS.index(tier) if tier in TIERS else len(TIERS)
