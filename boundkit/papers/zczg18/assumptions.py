"""Network, algorithms and Assumptions 3.1 to 3.6 and 4.4, with what global smoothness implies for the losses."""

from __future__ import annotations

from sympy import Eq, Gt, Lt, Min, oo, sqrt

from boundkit.papers.zczg18.model import (
    DESCENT,
    HALF,
    INITIALISATION,
    STOCHASTIC,
    at_least,
    at_most,
    claim,
    entry,
    equated,
    open_constants,
    tried,
)
from boundkit.statement import Erratum, Hypothesis
from boundkit.statement.vocabulary import C, k, n, row_norm_deviation
from boundkit.statement.words.deep import (
    label_separation,
    last_coordinate,
    last_coordinate_deviation,
    loss_cap,
    loss_exponent,
    loss_floor,
    loss_growth,
    loss_growth_cap,
    loss_limit,
    margin_change,
    margin_loss,
    margin_loss_smoothness,
    margin_slope,
    max_width,
    mean_slope,
    slope_change,
)
from boundkit.statement.words.shared import loss

NONNEGATIVE = Hypothesis("loss_nonnegative", "parameter", at_least(margin_loss, 0))
DECREASING = Hypothesis("loss_nonincreasing", "parameter", at_least(margin_slope, 0))
VANISHING = Hypothesis("loss_vanishes_at_infinity", "parameter", Eq(loss_limit, 0))
GROWTH = Hypothesis(
    "slope_lower_bound", "parameter", at_least(margin_slope, Min(loss_floor, loss_growth * margin_loss**loss_exponent))
)
EXPONENT_POSITIVE = Hypothesis("exponent_positive", "parameter", Gt(loss_exponent, 0))
EXPONENT_AT_MOST_ONE = Hypothesis("exponent_at_most_one", "parameter", at_most(loss_exponent, 1))
SMOOTH_LOSS = Hypothesis("smooth_loss", "parameter", at_most(slope_change, margin_loss_smoothness * margin_change))
UNIT_NORM = Hypothesis("unit_norm", "data", Eq(row_norm_deviation, 0))
COMMON_COORDINATE = Hypothesis("common_last_coordinate", "data", Eq(last_coordinate_deviation, 0))
COORDINATE_POSITIVE = Hypothesis("last_coordinate_positive", "data", Gt(last_coordinate, 0, evaluate=False))
COORDINATE_BELOW_ONE = Hypothesis("last_coordinate_below_one", "data", Lt(last_coordinate, 1))
SEPARATED = Hypothesis("opposite_labels_separated", "data", Gt(label_separation, 0))
COMPARABLE_WIDTHS = Hypothesis("comparable_widths", "width", at_most(max_width, 2 * k))
CAP = Hypothesis(
    "slope_upper_bound", "parameter", at_most(margin_slope, Min(loss_cap, loss_growth_cap * margin_loss**loss_exponent))
)
CAP_RATIO = Hypothesis("cap_over_floor", "parameter", at_most(loss_cap, C * loss_floor))

LOSS = (NONNEGATIVE, DECREASING, VANISHING, GROWTH, EXPONENT_POSITIVE, EXPONENT_AT_MOST_ONE, SMOOTH_LOSS)
UNIT_DATA = (UNIT_NORM, COMMON_COORDINATE, COORDINATE_POSITIVE, COORDINATE_BELOW_ONE)
DATA = (*UNIT_DATA, SEPARATED)
GD_ASSUMPTIONS = (*LOSS, *DATA, COMPARABLE_WIDTHS)
SGD_ASSUMPTIONS = (*GD_ASSUMPTIONS, CAP, CAP_RATIO)
GD_IDS = tuple(f"asm3_{number}" for number in range(1, 7))

CHECK_3 = Erratum(
    "CHECK-3",
    "unstated hypothesis",
    "Assumptions 3.1 to 3.3 hold together only on a part of the advertised range: a smooth non-negative loss obeys "
    "|loss'| <= sqrt(2 lambda loss), so p < 1/2 is impossible and alpha_0 = infinity forces p = 1/2. Hinge and "
    "exponential loss, named as examples of Assumption 3.2, are not smooth. (The displays of the three assumptions "
    "are reconstructed.)",
    "Read the results for alpha_0 infinite with p = 1/2, or alpha_0 finite with 1/2 <= p <= 1; the other cases need "
    "smoothness on the range of the reached outputs only.",
)

_DEFINITIONS = (
    entry("def_network", "Deep ReLU network with fixed signs as output weights", "Section 3", setting=INITIALISATION),
    entry("def_risk", "Empirical risk: mean loss of the margins", "Section 3", "(3.4)", setting=INITIALISATION),
    entry(
        "def_init",
        "Gaussian initialisation with variance 2 over the layer's width",
        "Section 3",
        setting=INITIALISATION,
    ),
    entry("def_gradient", "Gradient by back-propagation, ReLU derivative 0 at 0", "Section 3", setting=INITIALISATION),
    entry("def_gd", "Gradient descent on all hidden layers", "Section 3", setting=DESCENT),
    entry("def_sgd", "Stochastic gradient descent with fresh uniform batches", "Section 3", setting=STOCHASTIC),
)
_ASSUMPTIONS = (
    entry(
        "asm3_1",
        "Non-negative, non-increasing loss that vanishes at infinity",
        "Assumption 3.1",
        hypotheses=(NONNEGATIVE, DECREASING, VANISHING),
        errata=(CHECK_3,),
    ),
    entry(
        "asm3_2",
        "The loss falls at least like a power of itself",
        "Assumption 3.2",
        hypotheses=(GROWTH, EXPONENT_POSITIVE, EXPONENT_AT_MOST_ONE),
        errata=(CHECK_3,),
    ),
    entry("asm3_3", "Smooth loss", "Assumption 3.3", hypotheses=(SMOOTH_LOSS,), errata=(CHECK_3,)),
    entry("asm3_4", "Unit samples with a common last coordinate", "Assumption 3.4", hypotheses=UNIT_DATA),
    entry("asm3_5", "Samples with opposite labels are separated", "Assumption 3.5", hypotheses=(SEPARATED,)),
    entry("asm3_6", "Widths within a factor two", "Assumption 3.6", hypotheses=(COMPARABLE_WIDTHS,)),
    entry(
        "asm4_4",
        "The loss falls at most like the same power of itself",
        "Assumption 4.4",
        hypotheses=(CAP, CAP_RATIO),
        constants=open_constants(C),
    ),
)
_SELF_BOUND = (
    "A non-negative lambda-smooth function obeys |loss'|^2 <= 2 lambda loss: minimise its quadratic upper bound."
)
_DERIVED = (
    entry(
        "d.self_bounding",
        "The mean slope is at most the square root of the risk (DRV-13)",
        "Assumption 3.3",
        improves="asm3_3",
        hypotheses=(NONNEGATIVE, SMOOTH_LOSS),
        setting=DESCENT,
        claims=(
            tried(
                claim("mean_slope", mean_slope, at_most(mean_slope, sqrt(2 * margin_loss_smoothness * loss))),
                "training",
                limit=Min(loss_floor, loss_growth * (n * loss) ** loss_exponent) / n,
                reason="by Assumption 3.2 the slopes sum to at least min(alpha_0, alpha_1 (n L_S)^p)",
            ),
        ),
        uses=("asm3_1", "asm3_3"),
        proof=f"{_SELF_BOUND} Average over the samples with Jensen's inequality.",
    ),
    entry(
        "d.smooth_exponent",
        "With a smooth loss the exponent is at least one half (CHECK-3)",
        "Assumption 3.2",
        improves="asm3_2",
        hypotheses=LOSS,
        claims=(
            tried(
                claim("exponent", loss_exponent, at_least(loss_exponent, HALF)),
                "scalars",
                limit=HALF,
                reason="the squared hinge loss has exponent one half",
            ),
        ),
        uses=("asm3_1", "asm3_2", "asm3_3"),
        proof=f"{_SELF_BOUND} So alpha_1 loss^p <= sqrt(2 lambda loss) where loss is small, and it tends to 0.",
    ),
    entry(
        "d.smooth_unbounded_floor",
        "With a smooth loss and alpha_0 infinite the exponent is one half (CHECK-3)",
        "Assumption 3.2",
        improves="asm3_2",
        hypotheses=(*LOSS, Hypothesis("floor_infinite", "parameter", Eq(loss_floor, oo, evaluate=False))),
        claims=(
            equated(claim("exponent", loss_exponent, Eq(loss_exponent, HALF)), "scalars"),
            tried(
                claim("growth", loss_growth, at_most(loss_growth**2, 2 * margin_loss_smoothness)),
                "scalars",
                limit=2 * margin_loss_smoothness,
                reason="multiples of the squared hinge loss attain it",
            ),
        ),
        uses=("d.smooth_exponent",),
        proof=(
            f"{_SELF_BOUND} With alpha_0 infinite the loss grows without bound to the left, where "
            "alpha_1 loss^p <= sqrt(2 lambda loss) excludes p > 1/2."
        ),
    ),
)
STATEMENTS = (*_DEFINITIONS, *_ASSUMPTIONS, *_DERIVED)
