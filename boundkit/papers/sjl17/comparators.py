"""Prior results as this paper quotes them; where it quotes no scaling there is none here."""

from __future__ import annotations

from boundkit.papers.sjl17.paper import PAPER, at_least, equal
from boundkit.statement import Hypothesis, Order, Source, Statement
from boundkit.statement.vocabulary import d, k, n

QUOTED = f"{PAPER.key}, related work"


def _quoted(
    name: str,
    reference: int | str,
    title: str,
    *orders: Order,
    hypotheses: tuple[Hypothesis, ...] = (),
    place: str = "related work",
) -> Statement:
    return Statement(
        id=f"sjl17.cmp.{name}",
        kind="comparator",
        title=title if orders or hypotheses else f"{title} (no scaling quoted)",
        source=Source(PAPER, f"reference [{reference}]", (place,)),
        hypotheses=hypotheses,
        orders=orders,
    )


def _wide(regime: str) -> Order:
    return Order("width", {n: 1}, regime=regime, quoted_by=QUOTED)


_SAMPLES = Order("sample size", {d: 1}, {d: 1}, quoted_by=f"{PAPER.key}, Appendix A")
_SMALL = Hypothesis("two_units", "width", equal(k, 2))

STATEMENTS = (
    _quoted("poston91", 40, "No bad local minima of wide networks", _wide("a hidden layer wider than the sample")),
    _quoted("haeffele15", 20, "Global optimality of wide networks", _wide("a hidden layer wider than the sample")),
    _quoted("nguyen17", 38, "Loss surface of deep and wide networks", _wide("a layer wider than the sample")),
    _quoted(
        "safran17",
        42,
        "Spurious minima of two-layer ReLU networks that are not over-parameterised",
        hypotheses=(Hypothesis("at_least_six_units", "width", at_least(k, 6)),),
    ),
    _quoted("tian17", 50, "Critical points of a Gaussian ReLU population loss", hypotheses=(_SMALL,)),
    _quoted(
        "quadratic_measurements",
        "12, 44, 46",
        "Concentration of Gaussian quadratic measurements",
        _SAMPLES,
        place="Appendix A",
    ),
    _quoted("blum88", 9, "Training tiny networks is NP-hard"),
    _quoted("zhang16", 55, "Stochastic gradient descent fits random labels, empirically"),
    _quoted("single_layer", "21, 24, 25, 35, 45", "One unit with monotone activation: one local optimum"),
    _quoted("soudry16", 47, "Two-layer leaky ReLU: global minimum of a modified loss"),
    _quoted("xie16", 54, "Critical points are nearly global given diverse units"),
    _quoted("choromanska15", 15, "Local minima of a simplified polynomial loss are comparable to global ones"),
    _quoted("kawaguchi16", 26, "All local minima are global if activations are independent"),
    _quoted("online_committee", "8, 41, 52", "Soft committee machines: dynamics of online learning as d grows"),
    _quoted("brutzkus17", 11, "One convolutional ReLU filter without overlap: local minima are global"),
    _quoted("zhang17", 56, "Gradient descent reaches global minimisers for non-standard activations"),
    _quoted("li_yuan17", 33, "Population ReLU network near the identity: stochastic gradient descent converges"),
    _quoted("zhong17", 58, "Tensor initialisation and fresh batches reach the planted network"),
    _quoted("janzamin15", 22, "Tensor method of moments recovers a planted network"),
    _quoted("livni14", 34, "Frank-Wolfe trains normalised quadratic networks"),
    _quoted("soudry17", 48, "Most local minima of over-parameterised networks are global"),
    _quoted("li_ma_zhang17", 32, "Quadratic activation from near zero: error close to zero"),
    _quoted("improper", "19, 43, 57", "Improper learning with kernels"),
    _quoted("bartlett17", 7, "Margin bounds on generalisation"),
    _quoted(
        "second_order_methods",
        "4, 13, 14, 17, 18, 23, 30, 31, 37",
        "Algorithms that find approximate second-order points in time polynomial in the inverse accuracies",
    ),
)
