"""Figure 2 of `ofls19` against Monte-Carlo expectations and the reference values of the specification."""

from __future__ import annotations

import numpy as np
import pytest

from boundkit.figures import figure, linear
from boundkit.figures.linear import losses, model, population_loss

SETTING = {**figure("ofls19.fig2").parameters, **figure("ofls19.fig2").chosen}


def test_parts_are_expectations_over_fresh_noise() -> None:
    """Both parts against the mean over noise drawn anew, at a weight vector that is not special (C5: with 1/2)."""
    drawn = model({**SETTING, "n": 40, "d": 60}, 0, 0)
    rng = np.random.default_rng(0)
    w = rng.standard_normal(60) / 4 + drawn.target / 2
    basis = np.linalg.svd(drawn.clean)[0][:, :5]
    found = []
    for _ in range(4000):
        X = drawn.clean + 0.2 / np.sqrt(40) * rng.standard_normal((40, 60))
        residual = X @ w - drawn.clean @ drawn.target - 2 / np.sqrt(40) * rng.standard_normal(40)
        inside = basis.T @ residual
        found.append((inside @ inside / 2, (residual @ residual - inside @ inside) / 2))
    mean, error = np.mean(found, axis=0), np.std(found, axis=0) / np.sqrt(len(found))
    assert np.abs(mean - population_loss(drawn, w)).max() < 5 * error.max()


def test_reference_curve() -> None:
    """Loss 6.5 at the start, a minimum near 2.34 before step 80, 3.67 after 2000; the nuisance part only grows."""
    information, nuisance = losses(SETTING, 0, None).mean(axis=0)
    total = information + nuisance
    assert total[0] == pytest.approx(6.5, abs=1e-9)
    assert total.min() == pytest.approx(2.34, abs=0.15)
    assert 20 < total.argmin() < 80
    assert total[-1] == pytest.approx(3.67, abs=0.15)
    assert nuisance[[0, -1]] == pytest.approx([1.95, 3.48], abs=0.1)
    assert (np.diff(nuisance) > 0).all()
    assert total[-1] - total.min() == pytest.approx(nuisance[-1] - nuisance[total.argmin()], abs=0.15)


@pytest.mark.parametrize(
    ("information", "nuisance", "expected"),
    [
        ((4.0, 0.2, 0.1), (1.0, 1.1, 2.0), (True, True, True)),
        ((4.0, 0.2, 0.1), (1.0, 1.1, 1.11), (False, True, True)),
        ((4.0, 0.1, 0.1), (1.0, 1.1, 1.14), (False, True, True)),
        ((4.0, 0.1, 0.1), (1.0, 1.1, 1.18), (True, True, True)),
        ((4.0, 2.0, 1.0), (1.0, 0.9, 5.0), (True, False, False)),
        ((4.0, 3.0, 0.1), (1.0, 1.1, 1.2), (False, True, True)),
    ],
)
def test_what_is_called_a_dip(
    information: tuple[float, ...],
    nuisance: tuple[float, ...],
    expected: tuple[bool, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At steps 0, 1 and 20: lowest early and 5 % higher at the end; by a factor of 10 inside; never down beside."""
    parts = np.stack([np.interp(np.arange(21), (0, 1, 20), values) for values in (information, nuisance)])
    monkeypatch.setattr(linear, "losses", lambda *_: np.stack([parts - 0.05, parts + 0.05]))
    told = {item.quantity: item.agrees for item in linear.dip({"steps": 20}, 0, None).comparisons}
    names = ("total: start, minimum, end", "information part: start, minimum, end", "nuisance part: start, end")
    assert tuple(told[name] for name in names) == expected
