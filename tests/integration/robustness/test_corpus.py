"""The corpus of bad input by classes: each class has as many cases as it should, and each case is
answered as it has to be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.integration.robustness.conftest import Worlds
from tests.integration.robustness.corpus.classes import CLASSES
from tests.integration.robustness.corpus.tally import Tally
from tests.integration.robustness.telling import corpus_properties

#: Cases of all classes together (reliability: bad input).
LEAST_IN_ALL = 1_300


@pytest.mark.parametrize("name", CLASSES)
async def test_bad_input_of_each_class(
    worlds: Worlds, name: str, record_property: Callable[[str, object], None]
) -> None:
    """None is answered with a 5xx, accepted wrongly, or changes anything; and there are enough."""
    each, tally = CLASSES[name], Tally(worlds)
    await each.run(tally)
    for said in corpus_properties(name, tally):
        record_property(*said)
    assert not tally.faults, f"{len(tally.faults)} faults:\n" + "\n".join(tally.faults[:100])
    assert (tally.failed, tally.accepted, tally.changes) == (0, 0, 0)
    assert tally.cases >= each.least, f"{name}: {tally.cases} cases, not {each.least}"


def test_the_classes_are_those_that_were_asked_for() -> None:
    """A class that is left out, or asks for less, would not be missed otherwise."""
    assert sum(each.least for each in CLASSES.values()) == LEAST_IN_ALL
