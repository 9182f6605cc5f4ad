"""The paper, its networks and the hypotheses that its results share (sections 1, 2 and 7 of the paper)."""

from __future__ import annotations

from functools import partial

from sympy import Eq, Expr, Ge, Gt, Le, Lt, Max, Min, Symbol, oo
from sympy.core.relational import Relational

from boundkit.statement import Claim, Constant, Hypothesis, Paper, Setting, Source
from boundkit.statement.statement import Chance
from boundkit.statement.vocabulary import d, k, n, sup_d2phi, sup_dphi
from boundkit.statement.words.landscape import negative_units, planted_row_min, planted_v_min, positive_units
from boundkit.statement.words.landscape_data import (
    gaussian_sample,
    is_quadratic,
    mean_dphi_vanishes,
    planted_labels,
)

PAPER = Paper(
    key="sjl17",
    title="Theoretical insights into the optimization landscape of over-parameterized shallow neural networks",
    authors=("Mahdi Soltanolkotabi", "Adel Javanmard", "Jason D. Lee"),
    year=2017,
    arxiv="1707.04926",
    version="dated July 15, 2017, revised July 2022",
    letters={
        "sup_dphi": "B",
        "sup_d2phi": "L",
        "step_size": r"\alpha",
        "norm_v_inf": r"\lVert v\rVert_{\ell_\infty}",
        "loss": r"\mathcal L(v_\tau,W_\tau)",
        "loss_0": r"\mathcal L(v_0,W_0)",
        "c_d": "c_0",
        "c_1": "c",
        "c_2": "C_0",
        "gamma_1": "b_1",
        "gamma_2": "b_2",
    },
)


# Relations and maxima are stated, never decided: SymPy would try the sign of every difference at import.
at_most = partial(Le, evaluate=False)
at_least = partial(Ge, evaluate=False)
below = partial(Lt, evaluate=False)
above = partial(Gt, evaluate=False)
equal = partial(Eq, evaluate=False)
largest = partial(Max, evaluate=False)
smallest = partial(Min, evaluate=False)


def source(label: str, *equations: str) -> Source:
    """A place in this paper."""
    return Source(PAPER, label, equations)


def claim(label: str, observable: Symbol, relation: Relational, chance: Chance = "as stated") -> Claim:
    """A claim that no sampler observes: landscapes, planted networks and random matrices of the lemmas."""
    return Claim(label, observable, relation, "unobserved", chance=chance)


def open_constants(*symbols: Symbol) -> tuple[Constant, ...]:
    """Constants that the paper only asserts to exist."""
    return tuple(Constant(symbol, "open") for symbol in symbols)


def never_or_always(label: str, vanishes: Symbol) -> Hypothesis:
    """A mean is zero at every scale or at none: the indicator is 0 or 1, and its own square."""
    return Hypothesis(label, "activation", equal(vanishes**2, vanishes))


def landscape(output_weights: str) -> Setting:
    """The quadratic network with fixed output weights, as a loss surface: no algorithm, no initialisation."""
    return Setting(
        network="two layers, unscaled, no biases, quadratic activation",
        output_weights=output_weights,
        initialisation="none",
        loss="half mean of squares",
        algorithm="none",
    )


def local(network: str = "two layers, unscaled, no biases", step_size: Expr | None = None) -> Setting:
    """Gradient descent on both layers with one step size, started near a network that fits the labels.

    Without a step size there is no algorithm and no start: the statement is about any weights of both layers.
    """
    return Setting(
        network=network,
        trained="both layers",
        output_weights="trained",
        initialisation="none" if step_size is None else "near the planted network",
        loss="half mean of squares",
        algorithm="none" if step_size is None else "gradient descent",
        step_size=step_size,
    )


BOTH_SIGNS = landscape("fixed, both signs")
ONE_SIGN = landscape("fixed, one sign")
ANY_WEIGHTS = local()

QUADRATIC = Hypothesis("quadratic_activation", "activation", equal(is_quadratic, 1))
GAUSSIAN = Hypothesis("gaussian_sample", "data", equal(gaussian_sample, 1))
PLANTED = Hypothesis("planted_labels", "data", equal(planted_labels, 1))
FIRST_DERIVATIVE = Hypothesis("first_derivative_bounded", "activation", below(sup_dphi, oo))
SECOND_DERIVATIVE = Hypothesis("second_derivative_bounded", "activation", below(sup_d2phi, oo))
SMOOTH = (FIRST_DERIVATIVE, SECOND_DERIVATIVE)
MEAN_SLOPE = never_or_always("mean_slope", mean_dphi_vanishes)
AT_LEAST_D = Hypothesis("n_at_least_d", "data", at_least(n, d))
WIDE = Hypothesis("width", "width", at_least(k, d))
PLANTED_BOUNDS = (
    Hypothesis("planted_output_bounded_below", "parameter", above(planted_v_min, 0)),
    Hypothesis("planted_hidden_bounded_below", "parameter", above(planted_row_min, 0)),
)
LOCAL_MODEL = (*SMOOTH, GAUSSIAN, PLANTED)


def both_signs(units: Expr) -> tuple[Hypothesis, ...]:
    """At least `units` positive and `units` negative output weights."""
    return (
        Hypothesis("positive_units", "width", at_least(positive_units, units)),
        Hypothesis("negative_units", "width", at_least(negative_units, units)),
    )


def one_sign(units: Expr) -> tuple[Hypothesis, ...]:
    """Nonzero output weights of one sign, at least `units` of them."""
    return (
        Hypothesis("one_sign", "parameter", equal(smallest(positive_units, negative_units), 0)),
        Hypothesis("nonzero_units", "width", at_least(largest(positive_units, negative_units), units)),
    )


def positive(units: Expr) -> tuple[Hypothesis, ...]:
    """No negative output weight and at least `units` positive ones."""
    return (
        Hypothesis("nonnegative_output_weights", "parameter", equal(negative_units, 0)),
        Hypothesis("positive_units", "width", at_least(positive_units, units)),
    )
