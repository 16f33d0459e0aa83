"""Quotas of requests: a bucket that fills evenly, and what a caller is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from shared.http import rates
from shared.http.rates import Rate, Standing, TooManyRequests


class Clock:
    """A clock that is set by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_quota_may_be_used_at_once_and_comes_back_evenly(clock: Clock) -> None:
    rate = Rate("test", 60, clock)
    standings = [rate.take("a") for _ in range(61)]
    assert standings[0] == Standing(remaining=59, reset=1)
    assert standings[59] == Standing(remaining=0, reset=60)
    assert standings[60] == Standing(remaining=0, reset=60, wait=1)
    clock.now += 10
    assert [rate.take("a").wait for _ in range(11)] == [0] * 10 + [1]
    clock.now += 3600
    assert rate.take("a") == standings[0]


def test_one_who_is_refused_uses_nothing_up(clock: Clock) -> None:
    rate = Rate("test", 1, clock)
    assert [rate.take("a").wait for _ in range(5)] == [0, 60, 60, 60, 60]
    clock.now += 59.5
    assert rate.take("a").wait == 1
    clock.now += 0.5
    assert rate.take("a").wait == 0


def test_callers_have_quotas_of_their_own(clock: Clock) -> None:
    rate = Rate("test", 1, clock)
    assert [rate.take(each).wait for each in ("a", "b", "a", "b")] == [0, 0, 60, 60]


def test_a_request_over_the_quota_is_refused_and_told_when_to_come_back(clock: Clock) -> None:
    rate, scope = Rate("test", 2, clock), dict[str, Any]()
    rate.count("a", scope)
    assert rates.told(scope) == [
        (b"ratelimit-policy", b'"test";q=2;w=60'),
        (b"ratelimit", b'"test";r=1;t=30'),
    ]
    rate.count("a", scope)
    with pytest.raises(TooManyRequests) as refused:
        rate.count("a", scope)
    assert refused.value.retry_after == 30
    assert rates.told(scope)[1] == (b"ratelimit", b'"test";r=0;t=60')


def test_a_quota_of_nothing_is_none(clock: Clock) -> None:
    rate, scope = Rate("test", 0, clock), dict[str, Any](state={})
    for _ in range(10):
        rate.count("a", scope)
    assert rates.told(scope) == []


def test_strangers_do_not_fill_the_memory(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those at rest are forgotten first, which changes nothing for them; then all."""
    monkeypatch.setattr(rates, "_MOST_CALLERS", 10)
    rate = Rate("test", 60, clock)
    for _ in range(60):
        rate.take("busy")
    for number in range(9):
        rate.take(number)
    clock.now += 2
    rate.take("one more")
    assert set(rate._full_at) == {"busy", "one more"}
    for number in range(100):
        rate.take(number)
    assert len(rate._full_at) <= 10
