"""A harness that has never failed proves nothing: each of these bugs must be caught."""

from __future__ import annotations

from tests.faults.experiment import Plan, run


async def test_an_inbox_that_nobody_asks_is_caught() -> None:
    """Killed between effect and position, the consumer is given the events again."""
    kills = ("consumer_before_position",)
    report = await run(Plan(1, kills, small=True, bug="without_inbox"))
    assert any("the witness was given" in each for each in report.findings.duplicates)


async def test_a_relay_with_a_high_water_mark_is_caught() -> None:
    """What commits after a later event was published is never published."""
    report = await run(Plan(2, late_commits=1, small=True, bug="high_water_mark"))
    assert any("the witness was not given" in each for each in report.findings.lost)


async def test_a_position_committed_before_the_effect_is_caught() -> None:
    """Killed in between, the consumer is never given the events again."""
    kills = ("consumer_before_effect",)
    report = await run(Plan(3, kills, small=True, bug="position_first"))
    assert any("the witness was not given" in each for each in report.findings.lost)


async def test_an_answer_that_is_not_kept_is_caught() -> None:
    """The line is cut after the effect, and the same request comes again."""
    report = await run(Plan(4, cuts=3, small=True, bug="no_key_stored"))
    assert any("was done 2 times" in each for each in report.findings.duplicates)
