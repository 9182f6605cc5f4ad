"""Certificates on single networks, against the specification's measured ratios."""

import numpy as np
import pytest

from boundkit.data import dataset
from boundkit.errors import BadInput, NotApplicable
from boundkit.train import Problem, measure
from boundkit.verify import Verdict, certify, verify


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


def test_a_certificate_is_of_its_trial():
    """The misfit of trial 3 is the one from which its training starts."""
    data = dataset("orthonormal:n=3")
    first = measure(Problem(X=data.X, y=data.y, activation="softplus"), k=500, trials=[0, 3], seed=1, device="cpu")
    for place, trial in enumerate((0, 3)):
        found = certify(data=data, activation="softplus", k=500, seed=1, trial=trial)
        assert found.misfit == pytest.approx(first.misfit_0[place], rel=1e-12)
        assert found.alpha == pytest.approx(first.sigma_min_J0[place] / 2, rel=1e-12)


def smaller_ball(drift, ratio):
    """Left side of the ReLU certificate over that with D8b's radius: flips grow like the radius to the power 2/3."""
    specified = (1 - 2 * drift - drift**2) / (1 + drift) - ratio * (1 + drift) / 2
    return (specified / (np.sqrt(1 - drift**2) - drift - ratio * (1 + drift) / 2)) ** (1 / 3)


def test_relu_certificate_of_the_specification():
    """V5/D20: X = I_2, step ratio 0.1, drift 0.28: 1.34 at k = 10^6, 0.83 at 6 10^6, in a ball 2.8 times smaller."""
    arguments = {"data": "orthonormal:n=2", "activation": "relu", "step_ratio": "0.1"}
    assert smaller_ball(0.28, 0.1) == pytest.approx(0.708, abs=1e-3)
    for k, ratio in ((10**6, 1.33), (6 * 10**6, 0.82)):
        found = certify(k=k, drift="0.28", **arguments)
        assert 1 / found.margin == pytest.approx(ratio * smaller_ball(0.28, 0.1), rel=0.1)
    assert not certify(k=10**5, drift="0.28", **arguments).certified
    assert certify(k=10**5, drift="0.5", **arguments).certified


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


def test_labels_of_several_outputs_have_no_certificate():
    """A network of one output is not certified on one-hot labels, and the reason is told once."""
    with pytest.raises(NotApplicable, match=r"^no certificate theorem applies: labels have 2 outputs where [a-z ]*$"):
        certify(data=dataset(X=[[1.0, 0.0], [0.0, 1.0]], y=[[1.0, 0.0], [0.0, 1.0]]), activation="softplus", k=10)


def test_labels_of_several_outputs():
    """Results on networks of one output are not applicable to them; at level lemma those on several are still tried."""
    report = verify("os19.lem6_12", data=dataset(X=np.eye(2), y=np.eye(2)), activation="softplus", delta=1, trials=2)
    assert (report.verdict, report.reason) == (
        Verdict.NOT_APPLICABLE,
        "labels have 2 outputs where the network has one",
    )
    classes = "mixture:K=2,C=1,n=8,d=2,noise=1"
    lemmas = verify("ofls19.lem6_10.repaired", data=classes, activation="softplus", trials=3, level="lemma")
    assert {"ofls19.lem6_10.repaired", "os19.lem6_5"} <= {item.statement for item in lemmas.claims}
    assert "ofls19.lem6_9: labels have 2 outputs" in lemmas.reason
