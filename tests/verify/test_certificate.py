"""Certificates on single networks, against the specification's measured ratios."""

import pytest

from boundkit.errors import BadInput, NotApplicable
from boundkit.verify import certify


def test_smooth_certificate_matches_its_definition():
    """D3: certified exactly when sigma_0^2 >= 8 L |r_0|, and the numbers follow from alpha = sigma_0 / 2."""
    wide = certify(data="orthonormal:n=3", activation="softplus", k=20000, seed=1)
    narrow = certify(data="orthonormal:n=3", activation="softplus", k=4, seed=1)
    assert wide.certified
    assert wide.failing is None
    assert wide.margin == pytest.approx((2 * wide.alpha) ** 2 / (8 * wide.lipschitz * wide.misfit))
    assert wide.rate == pytest.approx(wide.step_size * wide.alpha**2 / 2)
    assert not narrow.certified
    assert narrow.failing == "certificate"
    assert narrow.margin < 1


def test_relu_certificate_of_the_specification():
    """V5/D20: X = I_2, step ratio 0.1, drift 0.28: ratio 1.34 at k = 10^6 and 0.83 at 6 10^6 (up to the draw)."""
    arguments = {"data": "orthonormal:n=2", "activation": "relu", "drift": "0.28", "step_ratio": "0.1"}
    small = certify(k=10**6, **arguments)
    assert not small.certified
    assert 1 / small.margin == pytest.approx(1.33, rel=0.06)
    large = certify(k=6 * 10**6, **arguments)
    assert large.certified
    assert 1 / large.margin == pytest.approx(0.82, rel=0.1)


def test_no_certificate_applies():
    """An activation with unbounded slope and kink-free data that no certificate covers is refused by name."""
    with pytest.raises(NotApplicable, match="cert_smooth"):
        certify(data="orthonormal:n=2", activation="leaky_relu:slope=0.1", k=100)


@pytest.mark.parametrize("k", [0, -3, 2.5, "many"])
def test_bad_width(k):
    """The width must be a positive integer."""
    with pytest.raises(BadInput) as caught:
        certify(data="orthonormal:n=2", activation="softplus", k=k)
    assert caught.value.argument == "k"
