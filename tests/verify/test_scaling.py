"""Exponents of the width: fits against known powers, the rules of the verdict, a sweep from end to end."""

import numpy as np
import pytest

from boundkit.data import Dataset, dataset
from boundkit.errors import BadInput, NotApplicable
from boundkit.verify import LEVELS, Verdict, scaling, verify
from boundkit.verify.scaling import fitted, sweep

GIVEN = {"data": "orthonormal:n=3", "activation": "softplus", "delta": 1, "level": "scaling", "device": "cpu"}


def with_widths(monkeypatch, power, noise=0.0):
    """The verdict when the smallest width is a power of n, up to a relative noise."""
    rng = np.random.default_rng(0)

    def width(predicate, *, largest):
        size = predicate
        return max(2, round(100 * size**power * np.exp(noise * rng.standard_normal())))

    monkeypatch.setattr(scaling, "_predicate", lambda target, request, data, trial, certified: data.n)
    monkeypatch.setattr(scaling, "smallest_width", width)
    return verify("os19.thm6_2.refined", trials=3, **GIVEN)


def test_interval_of_the_fit_holds_the_exponent():
    """Over many noisy samples the 95 % interval holds the true exponent about as often as it says."""
    rng = np.random.default_rng(1)
    sizes = [10, 15, 20, 30] * 3
    fits = [fitted(sizes, np.exp(0.1 * rng.standard_normal(12)) * np.array(sizes) ** 1.7) for _ in range(300)]
    assert np.mean([item.low <= 1.7 <= item.high for item in fits]) == pytest.approx(0.95, abs=0.05)


def test_a_slower_growth_is_consistent(monkeypatch):
    """Widths like n^0.5 where the theorem has n: consistent, and that they need not grow is rejected."""
    report = with_widths(monkeypatch, 0.5)
    assert report.verdict is Verdict.CONSISTENT
    assert report.claims[0].twin_rejected
    assert report.scaling["theorem_exponent"] == pytest.approx(1, abs=0.01)


def test_a_faster_growth_refutes_nothing(monkeypatch):
    """Widths like n^2: a finite range is no refutation of an exponent."""
    report = with_widths(monkeypatch, 2)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "refutes no exponent" in report.reason


def test_widths_that_do_not_grow_have_no_power(monkeypatch):
    """Constant widths leave the twin standing."""
    report = with_widths(monkeypatch, 0, noise=0.05)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "no power" in report.reason


def test_certified_widths_of_a_theorem():
    """From end to end: certified widths at four sizes, each below what the theorem asks."""
    report = verify("os19.thm6_2.refined", trials=1, **GIVEN)
    seen = report.scaling
    assert seen["sizes"] == [3, 4, 6, 9]
    assert all(width < asked for width, asked in zip(seen["widths"], seen["required"], strict=True))
    assert seen["kind"] == "certified"
    assert "scaling" in LEVELS


def test_sweeps_that_are_not_possible():
    """Data of a user, a parameter that is no number, and trials that are fresh draws."""
    with pytest.raises(NotApplicable, match="generator"):
        sweep(Dataset("mine", np.eye(2), np.ones(2)), "n")
    with pytest.raises(BadInput, match="n, d"):
        sweep(dataset("sphere:n=4,d=3"), "noise")
    first, second = (sweep(dataset("sphere:n=4,d=3"), "n", trial)[4] for trial in (0, 1))
    assert not np.array_equal(first.X, second.X)
