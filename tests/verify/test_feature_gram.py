"""The Gram matrix of random features against its mean: two implementations, and how it grows with the width."""

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.data import dataset
from boundkit.papers import statement
from boundkit.train.shallow import interpret
from boundkit.verify import Verdict, verify
from boundkit.verify.observe.shallow.feature_gram import gram_deviation, slow_deviation

DATA = dataset("sphere:n=6,d=4,seed=0")


def network(scale):
    """The network of the paper with hidden weights of this standard deviation."""
    given = {"hidden_std": scale, "output_std": 0.1, "b": 1, "n": 6, "norm_y": 1.0}
    setting = statement("sgd22.lemA.gram_deviation").setting
    return interpret(setting, X=DATA.X, Y=DATA.y, activation=activation("gelu"), given=given)


@pytest.mark.parametrize("scale", [0.5, 1.0])
def test_both_implementations_agree(scale):
    """The series of the kernel and a quadrature of every pair."""
    given = {"scale": scale, "k": 50, "seed": 0, "trial": 3}
    assert gram_deviation(network(scale), DATA, **given) == pytest.approx(
        slow_deviation(network(scale), DATA, **given), rel=1e-8
    )


def test_the_mean_over_starts_is_the_kernel():
    """The mean square of the deviation grows like the width, as that of a sum of independent terms with mean zero."""
    sizes = []
    for k in (50, 800):
        found = [gram_deviation(network(1.0), DATA, scale=1.0, k=k, seed=0, trial=t) for t in range(60)]
        sizes.append(np.mean(np.square(found)))
    assert sizes[1] / sizes[0] == pytest.approx(16, rel=0.5)


def test_the_deviation_outgrows_the_printed_bound():
    """CHECK-12: within the bound at 100 units, beyond it at 3000, which the slow implementation sees too."""
    given = {"data": "sphere:n=12,d=12,seed=2", "activation": "erf", "hidden_row_slack": 1, "gaussian_deviation": 2}
    for k, verdict in ((100, Verdict.CONSISTENT), (3000, Verdict.VIOLATED)):
        report = verify("sgd22.lemA.gram_deviation", k=k, trials=3, assume={"C": 1}, **given)
        assert report.verdict is verdict, report
