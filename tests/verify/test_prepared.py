"""What is measured of a network and its training sample before training, against the sample as it was drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.data import Dataset, dataset
from boundkit.papers import statement
from boundkit.query import bind
from boundkit.verify.observe import Plan
from boundkit.verify.observe.generalisation.start import Prepared, prepared

SIN, WIDTH = activation("sin"), 20
FLIPPED = "mixture:K=2,C=1,n=24,d=3,flips=0.25"  # equal rows with different labels
GIVEN: dict[str, dict[str, Any]] = {
    "d.certificate": {"curvature_allowance": ".02", "failure": ".05", "output_scale": 3},
    "thm5_3": {"learning_duration": 2, "linearisation_tolerance": "1/2"},
}


def start_of(name: str, data: str | Dataset, trial: int) -> tuple[Prepared, dict[str, float]]:
    """A trial of a statement before training, and its numbers by name."""
    chosen = dataset(data) if isinstance(data, str) else data
    target = statement(f"ofls19.{name}")
    binding = bind(target, data=chosen, activation_name=SIN, parameters={**GIVEN[name], "k": WIDTH})
    numbers = {key: float(value) for key, value in binding.given.items()}
    start = prepared(binding, Plan(chosen, SIN, WIDTH, (trial,), 1000, 0, "cpu", given=numbers), trial)
    return start, {symbol.name: value for symbol, value in start.numbers.items()}


@pytest.mark.parametrize("trial", [0, 2])
def test_numbers_of_a_sample_with_equal_rows(trial: int) -> None:
    """Misfit, predictions and features over all samples one by one, though equal rows are merged."""
    start, found = start_of("d.certificate", FLIPPED, trial)
    sample = start.binding.data
    assert len(start.data.X) == 2
    misfit = outputs = features = 0.0
    for x, y in zip(sample.X, sample.y, strict=True):
        hidden = [np.sin(w @ x) for w in start.W]
        prediction = [sum(v * h for v, h in zip(row, hidden, strict=True)) for row in start.V]
        misfit += sum((p - label) ** 2 for p, label in zip(prediction, y, strict=True))
        outputs += sum(p * p for p in prediction)
        features += sum(h * h for h in hidden)
    assert found["misfit_0"] ** 2 == pytest.approx(misfit)
    assert found["initial_prediction"] ** 2 == pytest.approx(outputs)
    assert found["feature_energy"] ** 2 == pytest.approx(features / (24 * WIDTH))
    assert found["norm_v_inf"] == pytest.approx(abs(start.V[0, 0]))
    assert np.abs(start.V) == pytest.approx(3 / (2 * WIDTH) ** 0.5)


def test_the_drift_that_is_allowed_for_covers_the_ball() -> None:
    """Half of it is at least what the Jacobian of the sine can move by within the radius: nu R |X| / sqrt(k K)."""
    start, found = start_of("thm5_3", "mixture:K=2,C=2,n=12,d=6", 0)
    moved = found["norm_v_inf"] * np.linalg.norm(start.binding.data.X, 2) * found["radius"]
    assert moved <= found["drift_bound"] / 2 <= 2**0.5 * moved * (1 + 1e-9)


def test_a_cutoff_that_nobody_gives_lies_at_the_largest_gap() -> None:
    """Six samples near two directions: two singular values of the Jacobian are large, and those are above it."""
    near = np.repeat(np.eye(4)[:2], 3, axis=0) + 1e-3 * np.random.default_rng(0).standard_normal((6, 4))
    start, found = start_of("thm5_3", Dataset("near", near, np.array([1.0, -1.0, 1.0, 1.0, -1.0, 1.0])), 0)
    assert start.spaces is not None
    assert (start.spaces.values >= found["cutoff"]).sum() == 2
