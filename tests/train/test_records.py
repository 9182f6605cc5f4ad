"""The memory that the curves of a run take."""

from __future__ import annotations

import pytest

from boundkit.errors import Infeasible
from boundkit.train import train
from boundkit.train.records import recorded_steps
from tests.train.conftest import sphere_problem


@pytest.mark.parametrize("steps", [10**12, 10**400])
def test_curves_that_cannot_be_held_are_refused_before_starting(steps: int) -> None:
    """More steps than memory has room for are Infeasible in one line with both amounts, also for several trials."""
    problem = sphere_problem(2, 2, "softplus")
    with pytest.raises(Infeasible, match=r"steps = 10+.*: the curves of 2 trials need .* GiB .*, .* GiB are available"):
        train(problem, k=4, step_size=0.1, steps=steps, trials=range(2), device="cpu")


def test_the_memory_of_curves_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three curves of float64, in pieces and joined: one step more than fits is refused."""
    monkeypatch.setattr("boundkit.train.records.host_memory", lambda: 2 * 3 * 8 * 5 * 11)
    assert recorded_steps(10, trials=5) == 10
    with pytest.raises(Infeasible, match="steps = 11"):
        recorded_steps(11, trials=5)
