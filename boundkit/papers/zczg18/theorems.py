"""The main theorems 4.1 and 4.5 with Corollaries 4.3 and 4.6; orders of the explicit forms come from `rates`."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, Lt

from boundkit.papers.zczg18.assumptions import (
    CHECK_3,
    DECREASING,
    GD_ASSUMPTIONS,
    GD_IDS,
    NONNEGATIVE,
    SGD_ASSUMPTIONS,
)
from boundkit.papers.zczg18.descent import REACHED, STAYS
from boundkit.papers.zczg18.growth import as_order
from boundkit.papers.zczg18.model import DESCENT, SGD, at_most, entry, open_constants, setting
from boundkit.papers.zczg18.one_step import CHECK_5
from boundkit.papers.zczg18.products import CHECK_6
from boundkit.papers.zczg18.rates import (
    LAYER_SUM,
    ONE,
    PRINTED,
    REPAIRED,
    STOCHASTIC_RATES,
    STOCHASTIC_RATES_BATCH,
    Rates,
    descent_rates,
    tight_rates,
)
from boundkit.papers.zczg18.structure import separation_small
from boundkit.statement import Claim, Erratum, Hypothesis, Order, Statement
from boundkit.statement.statement import EMPTY
from boundkit.statement.vocabulary import C, c, n, radius, step_size, tightness
from boundkit.statement.words.deep import final_risk, label_separation, loss_at_zero, misclassified, misclassified_0
from boundkit.statement.words.shared import L, failure

DESCENT_RATES = descent_rates(PRINTED)
PRINTED_STEP = DESCENT_RATES.step / label_separation
NO_ERROR = Claim(
    label="no_error",
    observable=misclassified,
    template=at_most((2 - tightness) * misclassified + (tightness - 1) * misclassified_0, Integer(0)),
    experiment="training",
    twin=Integer(2),
    twin_reason="the twin asks for no error before training, when the outputs have random signs",
)

CHECK_1A = Erratum(
    "CHECK-1a",
    "gap",
    "The step size lacks the factor phi that Lemma 5.4 and the proof of the theorem use. The larger step is not "
    "covered by the "
    "proof; it is not shown to fail.",
    "Use the step size with phi, as in the tracked form.",
)
CHECK_1B = Erratum(
    "CHECK-1b",
    "gap",
    "The step size is that of gradient descent; the proof uses one of order phi n^(2p-7) L^-9 B^2 / m, smaller for "
    "small "
    "batches. The larger step is not covered by the proof; it is not shown to fail.",
    "Use the step size of the proof, as in the tracked form.",
)
CHECK_2 = Erratum(
    "CHECK-2",
    "unstated hypothesis",
    "Theorem 5.1 needs phi <= c min(1/L, mu), which the legible part of the theorem does not repeat. With a constant "
    "separation "
    "the effective powers of the depth are L^46 in the width and L^11 in the iterations.",
    "Add the condition, or replace phi by min(phi, c/L, c mu): phi is only a lower bound of the separation.",
)
CHECK_13B = Erratum(
    "CHECK-13b",
    "misprint",
    "The proof uses the time of Lemma 5.7 for alpha_0 infinite without its factor B.",
    "Harmless; with the factor the width falls by B^2, see the refined form.",
)

CHECK_22 = Erratum(
    "CHECK-22",
    "extraction",
    "The displays with the width and the number of iterations are lost in the available text, so that this form names "
    "neither.",
    "The orders of the tracked form are derived from the legible part of the proof.",
)

_GD = ("lem5_4", "lem5_5", "thm5_1", "thm5_3")
_SGD = ("lem5_6", "lem5_7", "thm5_1", "thm5_3")


def _theorem(
    name: str,
    title: str,
    *,
    rates: Rates | None = None,
    orders: tuple[Order, ...] = (),
    ratio: Expr = ONE,
    **parts: Any,
) -> Statement:
    """A form of Theorem 4.1 or 4.5: the printed one with the printed step, the others with the rates' step and orders.

    The theorem is used with the label separation over `ratio` for its separation.
    """
    stochastic = name.startswith(("thm4_5", "cor4_6"))
    printed = rates is None
    separation = {label_separation: label_separation / ratio}
    step = C * (PRINTED_STEP if rates is None else rates.step.subs(separation))
    assumptions = SGD_ASSUMPTIONS if stochastic else GD_ASSUMPTIONS
    label = {"thm4_1": "Theorem 4.1", "cor4_3": "Corollary 4.3", "thm4_5": "Theorem 4.5", "cor4_6": "Corollary 4.6"}
    claims = parts.pop("claims", (REACHED,) if printed else (REACHED, STAYS))
    return entry(
        name,
        title,
        label.get(name.split(".")[0], "Theorem 4.1"),
        setting=setting(SGD if stochastic else "gradient descent", step),
        hypotheses=(
            *assumptions,
            *(() if printed else separation_small(ratio)),
            Hypothesis("step", "step", at_most(step_size, step)),
        ),
        claims=claims,
        probability=1 - failure,
        constants=open_constants(*((C,) if printed else (C, c))),
        instance=EMPTY if rates is None else {radius: C * rates.radius.subs(separation)},
        orders=orders
        or (rates.orders() if rates is not None else (as_order("step size", PRINTED_STEP, side="upper"),)),
        **parts,
    )


thm4_1 = _theorem(
    "thm4_1",
    "Gradient descent trains deep ReLU networks to any target risk",
    uses=(*GD_IDS, *_GD),
    errata=(CHECK_1A, CHECK_2, CHECK_3, CHECK_5, CHECK_6, CHECK_22),
)
thm4_1_tracked = _theorem(
    "thm4_1.tracked",
    "Theorem 4.1 along the paper's own proof, with the orders of width and iterations",
    rates=DESCENT_RATES,
    uses=("thm4_1", *_GD),
    proof="The time that Lemma 5.4 needs must fit into the time that Lemma 5.5 allows; solve for the width.",
)
layer_sum = _theorem(
    "d.layer_sum",
    "Theorem 4.1 with the printed gradient bound and the sum over the layers kept (CHECK-5)",
    rates=descent_rates(LAYER_SUM),
    kind="theorem",
    form="tracked",
    improves="thm4_1",
    uses=("thm4_1", "lemC_2.tracked", *_GD),
    proof="As the tracked form, with Lemma C.2 in its tracked form.",
)
thm4_1_repaired = _theorem(
    "thm4_1.repaired",
    "Theorem 4.1 with the sum over the layers kept and gradients linear in the depth (CHECK-5, CHECK-20)",
    rates=descent_rates(REPAIRED),
    uses=("thm4_1", "lemC_2.repaired", "lemA_8.repaired", "lemB_1.repaired", *_GD),
    proof="As the tracked form, with Lemma C.2 in its repaired form; its orders are below the printed ones.",
)
TIGHT_RATES = tight_rates()
thm4_1_sharpened = _theorem(
    "thm4_1.sharpened",
    "Theorem 4.1 with errors compared with the whole gradient (DRV-14b)",
    rates=TIGHT_RATES,
    uses=("thm4_1.repaired", "lem5_5.sharpened", "d.self_bounding", "lemA_8.repaired", "lemB_1.repaired", *_GD),
    proof=(
        "The errors of one step are bounded by the norm G of the whole gradient instead of sqrt(m) S, and G^2 is at "
        "least of order "
        "m phi S^2 / n^3; then a step lowers the risk by half of the ideal and the path obeys lem5_5.sharpened. "
        "Conditional on "
        "Theorems 5.1 and 5.3 as repaired."
    ),
)
constant_separation = _theorem(
    "d.constant_separation",
    "Theorem 4.1 for a separation that does not shrink with the depth (CHECK-2)",
    rates=DESCENT_RATES,
    ratio=L,
    orders=tuple(
        as_order(
            item.quantity,
            item.expression.subs(label_separation, label_separation / L),
            side=item.side,
            regime=item.regime,
        )
        for item in DESCENT_RATES.orders()
    ),
    kind="theorem",
    form="tracked",
    improves="thm4_1",
    uses=("thm4_1.tracked",),
    proof="The separation is replaced by its lower bound phi/L, which meets the condition of Theorem 5.1.",
)
_BELOW = Hypothesis("risk_below_one_error", "run", Lt(final_risk, loss_at_zero / n))
zero_error = entry(
    "d.zero_error",
    "No training error once the risk is below the loss of one error",
    "Corollary 4.3",
    improves="cor4_3",
    setting=DESCENT,
    hypotheses=(NONNEGATIVE, DECREASING, _BELOW),
    claims=(NO_ERROR,),
    uses=("asm3_1",),
    proof="The loss does not increase, so a sample with non-positive margin alone gives a risk of at least loss(0)/n.",
)
cor4_3 = _theorem(
    "cor4_3",
    "Gradient descent reaches zero training error",
    claims=(NO_ERROR,),
    uses=("thm4_1",),
    errata=(CHECK_1A, CHECK_2, CHECK_22),
)
cor4_3_tracked = _theorem(
    "cor4_3.tracked",
    "Corollary 4.3 with the orders of width and iterations",
    rates=DESCENT_RATES,
    orders=DESCENT_RATES.at_target(1 / n),
    claims=(NO_ERROR,),
    uses=("cor4_3", "thm4_1.tracked", "d.zero_error"),
    proof="Theorem 4.1 (tracked) with half of the loss of one error, of order 1/n, as the target.",
)
thm4_5 = _theorem(
    "thm4_5",
    "Stochastic gradient descent trains deep ReLU networks to any target risk",
    uses=(*GD_IDS, "asm4_4", *_SGD),
    errata=(CHECK_1B, CHECK_2, CHECK_13B, CHECK_3, CHECK_5, CHECK_6, CHECK_22),
)
thm4_5_tracked = _theorem(
    "thm4_5.tracked",
    "Theorem 4.5 along the paper's own proof; the factor of the target is squared in the width (CHECK-16)",
    rates=STOCHASTIC_RATES,
    uses=("thm4_5", *_SGD),
    proof="As for gradient descent; the time within the ball falls with the root of the width, hence the square.",
)
thm4_5_refined = _theorem(
    "thm4_5.refined",
    "Theorem 4.5 with the batch size kept in the time within the ball (CHECK-13b)",
    rates=STOCHASTIC_RATES_BATCH,
    uses=("thm4_5.tracked", *_SGD),
    proof="As the tracked form, with the time of Lemma 5.7 as printed there.",
)
cor4_6 = _theorem(
    "cor4_6",
    "Stochastic gradient descent reaches zero training error",
    claims=(NO_ERROR,),
    uses=("thm4_5",),
    errata=(CHECK_1B, CHECK_2, CHECK_22),
)
cor4_6_tracked = _theorem(
    "cor4_6.tracked",
    "Corollary 4.6 with the orders of width and iterations",
    rates=STOCHASTIC_RATES,
    orders=STOCHASTIC_RATES.at_target(1 / n),
    claims=(NO_ERROR,),
    uses=("cor4_6", "thm4_5.tracked", "d.zero_error"),
    proof="Theorem 4.5 (tracked) with half of the loss of one error, of order 1/n, as the target.",
)


def _ratios() -> tuple[Order, ...]:
    pairs = zip(cor4_6_tracked.orders, cor4_3_tracked.orders, strict=True)
    return tuple(
        as_order(ours.quantity, ours.expression / theirs.expression, regime=ours.regime) for ours, theirs in pairs
    )


sgd_over_gd = entry(
    "d.sgd_over_gd",
    "Price of stochastic over full gradients for zero training error: n^2 to n^4 for single samples (CHECK-21)",
    "Corollary 4.6",
    improves="cor4_6",
    kind="theorem",
    form="tracked",
    orders=_ratios(),
    uses=("cor4_3.tracked", "cor4_6.tracked"),
    proof="Quotients of the orders of width and iterations; they agree with the paper's remark after Corollary 4.6.",
)

STATEMENTS = (
    thm4_1,
    thm4_1_tracked,
    thm4_1_repaired,
    thm4_1_sharpened,
    layer_sum,
    constant_separation,
    cor4_3,
    cor4_3_tracked,
    zero_error,
    thm4_5,
    thm4_5_tracked,
    thm4_5_refined,
    cor4_6,
    cor4_6_tracked,
    sgd_over_gd,
)
