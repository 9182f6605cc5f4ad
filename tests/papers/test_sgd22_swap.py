"""Theorem 2 and the network theorem of sgd22 with lemmas swapped, against widths worked out by hand."""

import math

import numpy as np
import pytest
import scipy.special

from boundkit.activations import activation
from boundkit.data import dataset
from boundkit.papers import statement, swap
from boundkit.query import guarantee, required_width
from boundkit.query.bind import accepted

THEOREM, NETWORK = "sgd22.thm2.repaired", "sgd22.d.network"
PARAMETERS = {
    "b": 2,
    "K": 1,
    "hidden_std": 1,
    "output_std": "1/1000",
    "failure": "1/100",
    "slack_lower": "1/2",
    "slack_upper": "1/2",
    "slack_outputs": 4,
    "hidden_row_slack": 2,
    "output_column_slack": 4,
    "gaussian_deviation": 3,
    "output_weights_deviation": 3,
    "chernoff_failure": "1/100",
    "exit_margin": 10,
    "power": 2,
}
ORTHONORMAL = {"data": dataset("orthonormal:n=4"), "activation": activation("gelu")}
SPEED = 1.128904145  # sup|gelu'| times |X| = 1
OTHER = {
    "eigenvalue": "sgd22.lemA.kernel.repaired",
    "jacobian": "sgd22.lemA.adjoint",
    "loss": "sgd22.lemA.h0.tracked",
    "growth": "sgd22.d.growth_repetition",
}


def moments():
    """E gelu, its variance, E gelu He_2 and the part of E gelu^2 in degrees from two on, by quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(150)
    weights = weights / weights.sum()
    values = nodes * scipy.special.ndtr(nodes)
    mean, linear, second = (float(weights @ (values * He)) for He in (1, nodes, nodes**2 - 1))
    square = float(weights @ values**2)
    return mean, square - mean**2, second, square - mean**2 - linear**2


def spectrum(eigenvalue, n):
    """Smallest and largest eigenvalue of the kernel of orthonormal samples, exactly or as the lemmas bound them."""
    mean, variance, second, tail = moments()
    smallest = {"sgd22.lemA.kernel.repaired": second**2 / 2, "sgd22.lemA.kernel.sharpened": tail}
    return smallest.get(eigenvalue, variance), n * mean**2 + variance


def by_hand(chosen):
    """The smallest width on four orthonormal samples: specification D4 to D6, written out with numbers."""
    n, d, b, deviation = 4, 4, 2, 3
    norm_y = float(np.linalg.norm(ORTHONORMAL["data"].y))
    low, high = spectrum(chosen.get("eigenvalue"), n)
    mean, variance, *_ = moments()
    trace = n * (mean**2 + variance)

    def needed(k):
        cut = SPEED * math.sqrt(2 * math.log(k / 0.01))
        row = (math.sqrt(trace) + cut) ** 2
        truncation = 0.01 * (row + 2 * math.sqrt(trace) * SPEED**2 / cut + 2 * SPEED**2)
        features = math.sqrt(1.5 * k * high)
        weights = 1e-3 * (math.sqrt(k) + 1 + deviation)
        norm = np.hypot(SPEED * weights, features) if "jacobian" not in chosen else SPEED * weights + features
        if "loss" in chosen:
            outputs = 4 * 1e-3 * SPEED * 2 * 4 * math.sqrt(d * k) * math.log(k)
            loss = 2 / n * (outputs**2 + norm_y**2)
        else:
            frobenius = math.sqrt(k * trace) + deviation * SPEED
            loss = (norm_y + 1e-3 * (frobenius + deviation * features)) ** 2 / n
        growth = n / b if "growth" not in chosen else n / b + 1 - 1 / b
        smallest = 0.5 * (k * low - truncation)
        path = 160 / 9 * math.sqrt(n * growth) * SPEED * norm * math.sqrt(loss) / smallest**1.5
        return max(10 * path * k, 2 * row / (0.25 * low) * math.log(n / 0.01) + truncation / low)

    width = 1000
    while (following := math.ceil(needed(width))) > width:  # `needed` grows, more slowly than the width
        width = following
    return width


def width(data=ORTHONORMAL, *, b=2, **lemmas):
    """The required width with these lemmas swapped; each takes the parameters that it uses."""
    theorem = swap(THEOREM, **lemmas)
    parameters = {name: value for name, value in {**PARAMETERS, "b": b}.items() if name in accepted(theorem)}
    return required_width(theorem, **data, **parameters)


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"eigenvalue": "sgd22.lemA.kernel.sharpened"},
        *({place: lemma} for place, lemma in OTHER.items()),
        OTHER,
    ],
    ids=lambda chosen: "-".join(chosen) or "own",
)
def test_width_by_hand(chosen):
    """Each lemma's width is that of its formula with moments by quadrature."""
    found = width(**chosen)
    assert found.width == pytest.approx(by_hand(chosen), rel=1e-6, abs=2)
    assert found.binding == "width"


def test_widths_in_the_order_of_the_lemmas():
    """On random samples a weaker lemma never needs less width, place by place."""
    data = {"data": dataset("sphere:n=6,d=5,seed=0"), "activation": ORTHONORMAL["activation"]}
    own = width(data).width
    sharpened = width(data, eigenvalue="sgd22.lemA.kernel.sharpened").width
    repaired = width(data, eigenvalue="sgd22.lemA.kernel.repaired").width
    assert own < sharpened < repaired
    weaker = {place: width(data, **{place: OTHER[place]}).width for place in ("jacobian", "loss", "growth")}
    assert all(value > own for value in weaker.values())
    root = math.sqrt((6 / 2 + 1 - 1 / 2) / (6 / 2))  # of the growth constants; the first loss grows with the width
    assert root < weaker["growth"] / own < root**2


def test_single_samples_do_not_feel_repetition():
    """With one sample a batch both ways to draw it are the same."""
    found = {width(b=1, growth=lemma).width for lemma in ("sgd22.lem.growth.sharpened", "sgd22.d.growth_repetition")}
    assert len(found) == 1


def test_own_lemmas_give_the_encoded_theorems():
    """With its own lemmas a chain has the conditions, claims and probability of the encoded statement."""
    for id in (THEOREM, NETWORK):
        found, encoded = swap(id), statement(id)
        labels = {item.label for item in encoded.hypotheses}
        assert {item.label for item in found.hypotheses} == labels
        assert all(found.hypothesis(label).relation == encoded.hypothesis(label).relation for label in labels)
        assert [item.template for item in found.claims] == [item.template for item in encoded.claims]
        assert (found.probability, found.instance) == (encoded.probability, encoded.instance)
        assert found.setting == encoded.setting


def test_the_network_theorem_with_repetition_is_the_encoded_one():
    """Swapping the growth of the batches gives the theorem that is encoded on its own."""
    found, encoded = swap(NETWORK, growth="sgd22.d.growth_repetition"), statement("sgd22.d.network_repetition")
    assert [item.relation for item in found.hypotheses] == [item.relation for item in encoded.hypotheses]
    assert [item.template for item in found.claims] == [item.template for item in encoded.claims]
    assert found.setting == encoded.setting


def test_the_printed_lipschitz_constant_asks_for_smaller_steps():
    """The two by two spectral norm is at most sqrt(2) (sup|phi'| + sup|phi''| V) |X|, so its step is larger."""
    measured = {
        "feature_min_0": 20,
        "feature_norm_0": 25,
        "output_weights_norm_0": 1,
        "loss_0": "1/25",
        "radius": 1,
        "outer_radius": 2,
        "descent_share": "1/2",
    }
    steps = {}
    for lemma in ("sgd22.lemA.beta.sharpened", "sgd22.lemA.beta"):
        answer = guarantee(
            swap(NETWORK, smoothness=lemma), **ORTHONORMAL, k=1000, b=2, exit_margin=10, eta_bar=1, **measured
        )
        steps[lemma] = float(answer.step_size)
    curved = 2 / math.sqrt(2 * math.pi) * 3  # sup|gelu''| times |V_0| + outer radius
    sharp = (curved + math.sqrt(curved**2 + 4 * SPEED**2)) / 2
    printed = math.sqrt(2) * (SPEED + curved)
    gradient = 2 / math.sqrt(4 * 25) + 2 / 4 * (math.hypot(25, SPEED) + SPEED)  # slope at the start, then on the ball
    curvature = {"sgd22.lemA.beta.sharpened": sharp, "sgd22.lemA.beta": printed}
    outer = math.hypot(25, SPEED) + 2 * SPEED
    ratio = [curvature[lemma] * gradient + 2 / 4 * outer**2 for lemma in steps]
    assert steps["sgd22.lemA.beta.sharpened"] / steps["sgd22.lemA.beta"] == pytest.approx(ratio[1] / ratio[0], rel=1e-6)
    assert steps["sgd22.lemA.beta.sharpened"] > steps["sgd22.lemA.beta"]
