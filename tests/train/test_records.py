"""What is kept of the curves of a run, where each trial ends, and the memory that it takes."""

from __future__ import annotations

import numpy as np
import pytest

from boundkit.errors import Infeasible
from boundkit.train import train
from boundkit.train.records import Records, recorded_steps
from boundkit.train.run import Status
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


def test_each_trial_ends_at_its_first_event() -> None:
    """At the level it stops, beyond the radius it has left, which counts more; what diverges ends a step earlier."""
    inf, never = np.inf, np.nan
    misfit = [[3, 1, 9, 9], [3, 3, 3, 3], [3, 1, 1, inf], [3, 3, inf, 1], [inf, 1, 1, 1], [3, 3, 3, 2]]
    distance = [[0, 0, 0, 0], [0, 2, 2.5, 0], [0, 3, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 1, 1, 1]]
    radius = [2, 2, 2, 2, 2, 1]
    rows = np.array([misfit, distance, np.ones((6, 4))]).transpose(2, 0, 1)  # [steps, curves, trials]
    records = Records(6, (0, 2), 1.0, radius=np.array(radius, float))
    for piece in (rows[:2], rows[2:]):
        assert not records.all_ended()
        records.extend(piece**2)
    for step in (0, 2):
        records.note(step, *(size * np.ones(6) + step for size in (1, 10, 100)))
    found = Records.joined([records])
    assert found["steps"].tolist() == [1, 2, 1, 1, 0, 3]
    assert found["status"] == (
        *(Status.STOPPED, Status.EXITED, Status.EXITED),
        *(Status.DIVERGED, Status.DIVERGED, Status.COMPLETED),
    )
    np.testing.assert_array_equal(found["misfit"][:3], [[3, 1, never, never], [3, 3, 3, never], [3, 1, never, never]])
    np.testing.assert_array_equal(found["misfit"][3:], [[3, 3, never, never], [inf, *3 * [never]], [3, 3, 3, 2]])
    np.testing.assert_array_equal(found["path_length"][[1, 5]], [[1, 2, 3, never], [1, 2, 3, 4]])
    np.testing.assert_array_equal(found["norm_J"][:, 0], 6 * [10])
    np.testing.assert_array_equal(found["norm_J"][:, 1], [never, 12, never, never, never, 12])


def test_chunks_of_different_lengths_are_joined() -> None:
    """A chunk whose trials all stop is shorter than one that goes on."""
    stopped, longer = (Records(trials, (), 1.0) for trials in (1, 2))
    stopped.extend(np.array([[[4.0], [0], [1]], [[1], [0], [1]]]))
    longer.extend(np.full((3, 3, 2), 9.0))
    assert stopped.all_ended()
    found = Records.joined([stopped, longer])
    np.testing.assert_array_equal(found["misfit"], [[2, 1, np.nan], [3, 3, 3], [3, 3, 3]])
    assert found["status"] == (Status.STOPPED, Status.COMPLETED, Status.COMPLETED)


def test_memory_is_told_in_binary_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """GiB are powers of two."""
    monkeypatch.setattr("boundkit.train.records.host_memory", lambda: 3 * 2**30)
    with pytest.raises(Infeasible, match=r"need 4\.00 GiB of memory, 3 GiB are available"):
        recorded_steps(2**32 // 48 - 1, trials=1)
