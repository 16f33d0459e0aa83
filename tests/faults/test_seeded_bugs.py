"""A harness that has never failed proves nothing: each of these bugs must be caught.

These four are caught by a whole system under kills, cuts and late commits; the others of
``make mutants`` by the tests they name.
"""

from __future__ import annotations

from tests.faults.experiment import Plan, run


async def test_an_inbox_that_nobody_asks_is_caught() -> None:
    """F3: killed between effect and position, the consumer is given the events again."""
    strikes = ("consumer_before_position",)
    report = await run(Plan(1, strikes, small=True, bug="without_inbox"))
    assert "the witness was given an event again" in report.found("duplicates")


async def test_a_relay_with_a_high_water_mark_is_caught() -> None:
    """F2: what commits after a later event was published is never published."""
    report = await run(Plan(2, late_commits=1, small=True, bug="high_water_mark"))
    assert "the witness was not given an event" in report.found("lost")


async def test_a_position_committed_before_the_effect_is_caught() -> None:
    """F3: killed in between, the consumer is never given the events again."""
    strikes = ("consumer_before_effect",)
    report = await run(Plan(3, strikes, small=True, bug="position_first"))
    assert "the witness was not given an event" in report.found("lost")


async def test_an_answer_that_is_not_kept_is_caught() -> None:
    """F9: the line is cut after the effect, and the same request comes again."""
    report = await run(Plan(4, cuts=3, cut_one_in=3, small=True, bug="no_key_stored"))
    assert "was done 2 times" in report.found("duplicates")
