"""What is said of residuals in both spaces, on runs made up so that every answer is known."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from boundkit.figures import residuals
from boundkit.figures.residuals import _halved, _overfitting, evolution

STEPS = (0, 10, 20, 30, 40)


class Run:
    """A run with given shares of the energy on the training and on the test sample, and given errors."""

    def __init__(self, train: Any, test: Any, errors: tuple[float, ...], test_errors: tuple[float, ...]) -> None:
        self.train, self.test = np.array(train), np.array(test)
        made = zip(STEPS, errors, test_errors, strict=True)
        self.snapshots = [SimpleNamespace(step=step, error=own, test_error=other) for step, own, other in made]

    def spaces(self, step: int) -> None:
        """None: the shares are given."""

    test_spaces = spaces

    def shares(self, spaces: None, *, test: bool = False) -> Any:
        """Of the information space and of the nuisance space."""
        return self.test if test else self.train


FAST, SLOW, STILL = (1.0, 0.4, 0.1, 0.02, 0.005), (0.5, 0.45, 0.4, 0.3, 0.2), (0.5, 0.5, 0.5, 0.5, 0.5)
FALLING, RISING = (0.6, 0.4, 0.3, 0.2, 0.1), (0.6, 0.2, 0.3, 0.5, 0.6)


def found(run: Run, monkeypatch: pytest.MonkeyPatch, *, corruption: float) -> dict[str, Any]:
    """The comparisons of the experiment on this run, by quantity."""
    monkeypatch.setattr(residuals, "trained", lambda *_, **__: run)
    parameters = {"steps": 40, "jacobian_at": None, "corruption": corruption}
    return {item.quantity: item for item in evolution(parameters, 0, None, None).comparisons}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("inside", "beside", "sharply", "slower"),
    [(FAST, SLOW, True, True), (SLOW, FAST, False, False), (FAST, STILL, True, False), (SLOW, SLOW, False, False)],
)
def test_clean_residuals(
    inside: tuple[float, ...], beside: tuple[float, ...], sharply: bool, slower: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The information part falls by 100, the nuisance part by less but does fall; one answer each."""
    told = found(Run((inside, beside), (inside, beside), FALLING, FALLING), monkeypatch, corruption=0.0)
    assert told["train, information: start, end"].agrees is sharply
    assert told["train, nuisance: start, end"].agrees is slower
    halves = {FAST: 10, SLOW: 40, STILL: None}
    assert told["steps until the information part has halved"].measured == halves[inside]
    assert told["steps until the nuisance part has halved"].measured == halves[beside]
    assert told["train and test error, end"].agrees is True
    stuck = found(Run((inside, beside), (inside, beside), FALLING, RISING), monkeypatch, corruption=0.0)
    assert stuck["train and test error, end"].agrees is False


def test_noisy_residuals(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the test sample, at the step of the lowest test error and at the end."""
    test = np.array([[0.9, 0.2, 0.2, 0.21, 0.22], [0.1, 0.2, 0.3, 0.4, 0.5]])
    told = found(Run((FAST, SLOW), test, FALLING, RISING), monkeypatch, corruption=0.5)
    assert told["step of the lowest test error"].measured == 10
    assert [told[name].agrees for name in NOISY] == [True, True, True]


NOISY = (
    "lowest and last test error",
    "test, nuisance: at the lowest test error, end",
    "test, information: at the lowest test error, end",
)


def test_the_nuisance_part_of_the_labels_is_an_energy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The squares of |Pi_N y| / |y| for either Jacobian, by share; one that does not grow does not agree."""

    def trained(p: Any, *_: Any, **__: Any) -> Any:
        def of(norm: float) -> Any:
            return SimpleNamespace(alignment=lambda labels: (0.0, norm, 0.0))

        share = p["corruption"] * (1 if p["replacement"] == "any" else -1)
        last = SimpleNamespace(test_error=0.5 + share / 4)
        return SimpleNamespace(
            first=of(0.5 + share / 2), final=of(0.2 + share / 10), snapshots=[last], data=SimpleNamespace(Y=None)
        )

    monkeypatch.setattr(residuals, "trained", trained)
    outcome = residuals.corruption({"corruption": (0.0, 0.4)}, 0, None, None)  # type: ignore[arg-type]
    told = {item.quantity: (item.measured, item.agrees) for item in outcome.comparisons}
    assert told["any class: nuisance, initial J"] == ("0.25, 0.49", True)
    assert told["any class: nuisance, final J"] == ("0.04, 0.0576", True)
    assert told["different class: nuisance, initial J"] == ("0.25, 0.09", False)
    assert told["different class: test error"] == ("0.5, 0.4", False)
    assert next(curve.y for curve in outcome.panels[0].curves) == pytest.approx((0.25, 0.49))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("tests", "inside", "beside", "expected"),
    [
        ((0.6, 0.2, 0.31), (0.9, 0.2, 0.24), (0.1, 0.2, 0.3), (True, True, True)),
        ((0.6, 0.2, 0.29), (0.9, 0.2, 0.26), (0.1, 0.3, 0.3), (False, False, False)),
        ((0.6, 0.3, 0.2), (0.9, 0.2, 0.2), (0.1, 0.2, 0.3), (False, False, True)),
        ((0.6, 0.2, 0.9), (0.9, 0.2, 0.14), (0.4, 0.3, 0.2), (True, False, False)),
    ],
)
def test_overfitting(tests: Any, inside: Any, beside: Any, expected: tuple[bool, ...]) -> None:
    """Up by half, a nuisance part that rises, an information part within a quarter: from the lowest test error on."""
    made = _overfitting([0, 10, 40], *map(np.array, (tests, inside, beside)))
    assert tuple(item.agrees for item in made if item.agrees is not None) == expected


def test_a_half_is_that_of_the_start() -> None:
    """The first step at which it is met, equality included."""
    run: Any = Run((FAST, SLOW), (FAST, SLOW), FALLING, FALLING)
    assert _halved(run, np.array([4.0, 3.0, 2.0, 5.0, 1.0])) == 20
    assert _halved(run, np.array([4.0, 3.0, 2.5, 5.0, 2.1])) is None
