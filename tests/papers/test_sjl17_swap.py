"""The local certificate of sjl17 with the lemma on the Jacobian's drift swapped."""

import math

import numpy as np
import pytest

from boundkit.data import dataset
from boundkit.papers import statement, swap
from boundkit.papers.sjl17 import CHAINS
from boundkit.query import guarantee

DATA = dataset("planted:n=80,d=60,k=70,activation=tanh,seed=1")
CURVATURE = 4 / (3 * math.sqrt(3))  # sup|tanh''|; sup|tanh'| = 1


@pytest.mark.parametrize("lemma", ["sjl17.d.jacobian_drift", "sjl17.lem7_11.repaired"])
def test_radius_by_hand(lemma):
    """rho = s / (2 sqrt(a^2 + b^2)), with the norms of the data or with what Gaussian data satisfy."""
    n, d, k = 80, 60, 70
    answer = guarantee(swap("sjl17.d.local_certificate.refined", drift=lemma), data=DATA, activation="tanh", k=k)
    s = float(answer.quantities["planted_sigma_min_J"].ball)
    v_max = float(answer.quantities["planted_v_max"].ball)
    if lemma == "sjl17.d.jacobian_drift":
        norm, sample, outputs, failure = np.linalg.norm(DATA.X, 2), np.linalg.norm(DATA.X, axis=1).max(), 1.0, 0.0
    else:
        norm, sample, outputs = 3 * math.sqrt(n), math.sqrt(2 * d), math.sqrt(k)
        failure = 2 * math.exp(-n / 2) + n * math.exp(-d / 8)
    slopes = norm * CURVATURE * sample * v_max, norm * outputs
    assert float(answer.radius) == pytest.approx(s / 2 / math.hypot(*slopes), rel=1e-6)
    assert float(answer.probability) == pytest.approx(1 - failure)


def test_measured_norms_give_the_larger_ball():
    """On Gaussian data within its bounds the deterministic lemma certifies more, and surely."""
    radii = {
        lemma: float(guarantee(swap(chain.id, drift=lemma), data=DATA, activation="tanh", k=70).radius)
        for chain in CHAINS
        for lemma in ("sjl17.d.jacobian_drift", "sjl17.lem7_11.repaired")
    }
    assert radii["sjl17.d.jacobian_drift"] > 2 * radii["sjl17.lem7_11.repaired"]


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.id)
def test_own_lemma_gives_the_encoded_certificate(chain):
    """With its own lemma the chain is the encoded statement but for its name and what its claims are tried on."""
    found, encoded = chain.swap(), statement(chain.id)
    assert found.hypotheses == encoded.hypotheses
    assert [item.relation for item in found.claims] == [item.relation for item in encoded.claims]
    assert (found.summary, found.setting, found.uses) == (encoded.summary, encoded.setting, encoded.uses)
