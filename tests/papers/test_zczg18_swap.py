"""The explicit one-hidden-layer theorem of zczg18 with lemmas swapped, against formulas worked out by hand."""

import math

import numpy as np
import pytest

from boundkit.arithmetic import BALL, ball, evaluate
from boundkit.data import dataset
from boundkit.papers import statement, swap
from boundkit.query import required_width
from boundkit.statement import VOCABULARY

THEOREM = "zczg18.d.one_hidden_layer"
V = {name: word.symbol for name, word in VOCABULARY.items()}
N, PHI, FAILURE, TARGET = 4, 0.5, 0.1, 0.1
ON = {"data": dataset("arc:n=4,mu=0.5,phi=0.6"), "activation": "relu"}
GIVEN = {"failure": "1/10", "target_risk": "1/10", "effective_separation": "1/2"}


def flips(threshold):
    """Flips over m tau^(2/3): twice the units below the threshold times tau^(2/3) / sqrt(m), and those that move."""
    return 2 * threshold + 1 / threshold**2


PRINTED = 2 * 0.5 ** (2 / 3)  # twice (C C_0' L^2 tau)^(2/3), where pre-activations move by 2 C C_0' L^2 tau
THRESHOLDS = {"zczg18.lemB_3.sharpened": 1.0, "zczg18.lemB_3.repaired": PRINTED}


def radius(count):
    """Flips take a quarter of the squared gradient: 4 sqrt(2 count) tau^(1/3) = sqrt(phi / (768 n^3))."""
    return (math.sqrt(PHI / (768 * N**3)) / (4 * math.sqrt(2 * count))) ** 3


def travel(tau, loss):
    """8 L_0 (A + 1 / (2 lambda)) / tau^2 with A = 1536 n^5 / phi times the bracket of DRV-12."""
    margin = -2 * math.sqrt(math.log(6 * N / FAILURE))
    if loss == "logistic":
        start, smoothness = math.log1p(math.exp(-margin)), 1 / 4
        bracket = 4 * (start - TARGET) + 4 / N**2 * (1 / TARGET - 1 / start)
    else:
        start, smoothness = (1 - margin) ** 2, 2
        bracket = math.log(start / TARGET) / (4 * N)
    return 8 * start / tau**2 * (1536 * N**5 / PHI * bracket + 1 / (2 * smoothness))


@pytest.mark.parametrize("loss", ["logistic", "squared_hinge"])
@pytest.mark.parametrize("lemma", THRESHOLDS)
def test_width_by_hand(loss, lemma):
    """The width at which descent stays in the ball that the threshold of each form of Lemma B.3 allows."""
    found = required_width(swap(f"{THEOREM}_{loss}", flips=lemma), **ON, **GIVEN)
    tau = radius(flips(THRESHOLDS[lemma]))
    assert float(found.radius) == pytest.approx(tau, rel=1e-9)
    assert found.width == pytest.approx(travel(tau, loss), rel=1e-9)
    assert (found.binding, found.width % 2) == ("width_travel", 0)


def test_the_best_threshold_is_the_best():
    """The sharpened form's threshold minimises the count, and its theorem needs the smaller width by its cube."""
    grid = np.linspace(0.2, 5, 2000)
    assert flips(1.0) == 3 <= flips(grid).min()
    widths = [required_width(swap(f"{THEOREM}_logistic", flips=lemma), **ON, **GIVEN).width for lemma in THRESHOLDS]
    assert widths[1] / widths[0] == pytest.approx((flips(PRINTED) / 3) ** 3, rel=1e-9)
    assert widths[1] > widths[0]


@pytest.mark.parametrize(("lemma", "norm"), [("refined", 1), ("tracked", 1 / 2)])
def test_counts_of_small_preactivations_by_hand(lemma, norm):
    """A unit of a feature with this norm is small with chance 1 / (sqrt(pi) norm) of m^(-1/2); Chernoff's exponent."""
    found = swap(f"{THEOREM}_logistic", small=f"zczg18.lemA_7.{lemma}")
    values = {V["n"]: ball(N), V["effective_separation"]: ball("1/2"), V["failure"]: ball("1/10")}
    mean = 1 / (math.sqrt(math.pi) * norm)
    exponent = 2 * math.log(2 / mean) - 2 + mean
    expected = radius(3) ** (-2 / 3) * math.log(3 * N / FAILURE) / exponent
    relation = found.hypothesis("width_threshold").relation
    assert float(evaluate(relation.rhs, values, BALL)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("id", [THEOREM, f"{THEOREM}_logistic", f"{THEOREM}_squared_hinge"])
def test_own_lemmas_give_the_encoded_theorem(id):
    """With its own lemmas the chain has the conditions, claims and numbers of the encoded statement."""
    found, encoded = swap(id), statement(id)
    assert found.hypotheses == encoded.hypotheses
    assert (found.claims, found.probability) == (encoded.claims, encoded.probability)
    assert (found.summary, found.instance) == (encoded.summary, encoded.instance)
    assert set(encoded.uses) - {"zczg18.d.gradient_ball_L1", THEOREM} <= set(found.uses)
