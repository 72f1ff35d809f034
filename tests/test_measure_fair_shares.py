"""What scripts/measure_fair_shares.py calls a failure."""

from __future__ import annotations

from collections import Counter

import pytest

from scripts.measure_fair_shares import Answers, problems

ALONE = Answers(Counter({200: 100, 422: 100}), [0.02] * 200)


@pytest.mark.parametrize("seconds", [0.001, 0.02, 0.044])
def test_twice_as_long_passes(seconds: float) -> None:
    assert problems(ALONE, Answers(Counter({200: 100, 422: 100}), [seconds] * 200)) == []


def test_a_longer_time_and_a_refusal_fail() -> None:
    (late,) = problems(ALONE, Answers(Counter({200: 200}), [0.02] * 190 + [0.05] * 10))
    assert "p99" in late
    (refused,) = problems(ALONE, Answers(Counter({200: 199, 503: 1}), [0.02] * 200))
    assert "503" in refused
