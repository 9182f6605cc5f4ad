"""Sampled kernels against certified ones: intervals cover, and shrink as they should."""

import numpy as np
import pytest
from scipy.stats import norm

from boundkit.data import dataset, kernel, sampled_kernel
from boundkit.errors import BadInput, NotApplicable


@pytest.mark.parametrize("interval", ["normal", "hoeffding", "bernstein"])
@pytest.mark.parametrize(("name", "kind"), [("relu", "sigma"), ("tanh", "sigma_tilde"), ("cos", "ntk")])
def test_simultaneous_intervals_cover_the_certified_kernel(interval, name, kind):
    """All entries at once at 99.9 per cent, on rows of unequal length where a closed form allows."""
    X = dataset("sphere:n=8,d=4").X * (np.linspace(0.5, 2, 8)[:, None] if name != "tanh" else 1.0)
    data = dataset(X=X, y=np.ones(8))
    exact = kernel(data, name, kind=kind).block
    found = sampled_kernel(
        data, name, kind=kind, samples=20_000, seed=5, confidence=0.999, interval=interval, simultaneous=True
    )
    assert (np.abs(found.mean - exact) <= found.half_width).all()
    assert found.rigorous == (interval != "normal")
    more = sampled_kernel(data, name, kind=kind, samples=80_000, confidence=0.999, interval=interval, simultaneous=True)
    assert 0.45 < np.median(more.half_width / found.half_width) < 0.55


def test_coverage_is_near_the_confidence():
    """Over 400 seeds, 90 per cent normal intervals of one entry cover 86 to 94 per cent of the time."""
    data = dataset("sphere:n=2,d=3")
    exact = kernel(data, "relu", kind="sigma_tilde").block[0, 1]
    runs = [sampled_kernel(data, "relu", kind="sigma_tilde", samples=500, seed=s, confidence=0.9) for s in range(400)]
    covered = np.mean([abs(run.mean[0, 1] - exact) <= run.half_width[0, 1] for run in runs])
    assert 0.86 < covered < 0.94


def test_half_widths_from_the_same_units_written_out():
    """Three samples, fifty units, |tanh'| <= 1: the inequalities on the entries themselves, six of them at once."""
    data, count, failure = dataset("sphere:n=3,d=2"), 50, 0.1 / 6
    W = np.random.Generator(np.random.Philox(7)).standard_normal((count, 2))
    gram, slopes = data.X @ data.X.T, 1 / np.cosh(data.X @ W.T) ** 2
    spread = (gram[:, :, None] * slopes[:, None] * slopes).std(axis=2, ddof=1)
    span, log = 2 * np.abs(gram), np.log(4 / failure)
    expected = {
        "normal": norm.isf(failure / 2) * spread / np.sqrt(count),
        "hoeffding": span * np.sqrt(np.log(2 / failure) / (2 * count)),
        "bernstein": spread * np.sqrt(2 * log / count) + 7 * span * log / (3 * (count - 1)),
    }
    for interval, half in expected.items():
        found = sampled_kernel(
            data, "tanh", samples=count, seed=7, confidence=0.9, interval=interval, simultaneous=True
        )
        np.testing.assert_allclose(found.half_width, half, rtol=1e-6)


def test_bernstein_uses_the_variance():
    """Bernstein intervals beat Hoeffding's where the entry varies far less than its range."""
    data = dataset("sphere:n=5,d=4")
    widths = [
        sampled_kernel(data, "sigmoid", samples=50_000, interval=i).half_width for i in ("bernstein", "hoeffding")
    ]
    assert (widths[0] < widths[1]).all()


def test_slices_do_not_change_the_mean(monkeypatch):
    """Units are drawn slice by slice from one stream: the answer does not depend on the slices."""
    from boundkit.data import monte_carlo

    data = dataset("sphere:n=6,d=4")
    whole = sampled_kernel(data, "gelu", samples=1000)
    monkeypatch.setattr(monte_carlo, "SLICE_ENTRIES", 600)
    parts = sampled_kernel(data, "gelu", samples=1000)
    assert np.abs(whole.mean - parts.mean).max() < 1e-14
    assert np.abs(whole.half_width - parts.half_width).max() < 1e-14


def test_bad_input_has_one_line():
    """Arguments out of range, and rigorous intervals for unbounded functions, are refused."""
    data = dataset("sphere:n=3,d=3")
    for arguments in ({"samples": 1}, {"confidence": 1.0}, {"seed": -1}, {"interval": "exact"}, {"kind": "x"}):
        with pytest.raises(BadInput, match=next(iter(arguments))):
            sampled_kernel(data, "relu", **arguments)
    with pytest.raises(NotApplicable, match=r"needs \|phi\| bounded"):
        sampled_kernel(data, "relu", kind="sigma_tilde", interval="hoeffding")
