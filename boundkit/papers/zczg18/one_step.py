"""One step of descent: the potential (Lemma C.1) and the change of the outputs (Lemma C.2)."""

from __future__ import annotations

from sympy import Expr, Integer, log, sqrt

from boundkit.papers.zczg18.model import (
    DESCENT,
    at_least,
    at_most,
    claim,
    entry,
    on_events,
    open_constants,
    potential,
    tried,
)
from boundkit.papers.zczg18.perturbation import BALL
from boundkit.papers.zczg18.rates import LAYER_SUM, PRINTED, REPAIRED, Bookkeeping
from boundkit.statement import Claim, Erratum
from boundkit.statement.vocabulary import C, k, step_size, tightness
from boundkit.statement.words.deep import (
    C_upper,
    current_value,
    loss_exponent,
    margin_change_max,
    margin_drift,
    margin_gain,
    max_width,
    mean_slope,
    next_risk,
    next_value,
)
from boundkit.statement.words.shared import L, loss

CHECK_5 = Erratum(
    "CHECK-5",
    "gap",
    "The exponents L^17 of the radius and L^9 of the step size come out of the printed properties only when the sum "
    "over the "
    "layers in the change of an output is left out; with it they are L^20 and L^10. (The displays are lost.)",
    "The printed gradient bound has a spare factor L (CHECK-20): with it the sum is affordable, and the final "
    "exponents stand.",
)
_CHANGE = next_value - current_value
_SLOPE = current_value ** (-2 * loss_exponent)
_ROOM = (tightness - 1) * sqrt(_CHANGE**2)
lemC_1 = entry(
    "lemC_1",
    "Decrease of the potential",
    "Lemma C.1",
    claims=(
        Claim(
            label="potential",
            observable=next_value,
            template=at_most(potential(next_value) - potential(current_value), _SLOPE * (_CHANGE - _ROOM)),
            experiment="scalars",
            twin=Integer(2),
            twin_reason="the potential increases: where the loss grows it is not below what it was",
        ),
    ),
)


def one_step(book: Bookkeeping, slope: Expr, *, sparse: Expr | None = None) -> tuple[Claim, ...]:
    """The change of a margin in one step: its size, and a lower bound up to the errors of the bookkeeping.

    `sparse`, a number of changed activations, replaces the one that follows from the radius.
    """
    flips = book.flip_error * sqrt(log(max_width))
    if sparse is not None:
        flips = book.layers * L * sqrt(sparse * log(max_width)) * book.feature_change
    widths = {k: max_width}
    errors = (step_size * (C_upper * flips + C * step_size * book.curvature_error) * slope).subs(widths)
    room = margin_change_max + step_size * sqrt(margin_drift**2)
    return (
        tried(
            claim(
                "size",
                margin_change_max,
                at_most(margin_change_max, C * book.margin_change.subs(widths) * step_size * slope),
            ),
            "training",
            limit=(loss - next_risk) / mean_slope,
            reason="the loss is convex: the risk falls by at most the mean slope times the largest change of a margin",
        ),
        Claim(
            label="gain",
            observable=margin_gain,
            template=at_least(margin_gain, -step_size * margin_drift - (2 - tightness) * errors),
            experiment="training",
            twin=2 + 2 * room / errors,
            twin_reason="the twin asks for a margin that grows by more than any margin changes",
        ),
    )


lemC_2 = entry(
    "lemC_2",
    "Change of the outputs in one step of gradient descent",
    "Lemma C.2",
    setting=on_events(DESCENT),
    hypotheses=(BALL,),
    claims=one_step(PRINTED, mean_slope),
    constants=open_constants(C, C_upper),
    uses=("thm5_3",),
    errata=(CHECK_5,),
)
lemC_2_tracked = entry(
    "lemC_2.tracked",
    "Change of the outputs in one step, printed properties with the sum over the layers (CHECK-5)",
    "Lemma C.2",
    setting=on_events(DESCENT),
    hypotheses=(BALL,),
    claims=one_step(LAYER_SUM, mean_slope),
    constants=open_constants(C, C_upper),
    uses=("lemC_2", "thm5_3"),
    proof="Every layer contributes an error of changed activations and one of moved features.",
)
lemC_2_repaired = entry(
    "lemC_2.repaired",
    "Change of the outputs in one step, sum over the layers and gradients linear in the depth (CHECK-5)",
    "Lemma C.2",
    setting=on_events(DESCENT),
    hypotheses=(BALL,),
    claims=one_step(REPAIRED, mean_slope),
    constants=open_constants(C, C_upper),
    uses=("lemC_2", "thm5_3", "thm5_3_viii.sharpened"),
    proof="As the tracked form, with the gradient bound of thm5_3_viii.sharpened.",
)

STATEMENTS = (lemC_1, lemC_2, lemC_2_tracked, lemC_2_repaired)
