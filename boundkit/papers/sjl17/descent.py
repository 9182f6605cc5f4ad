"""Descent where the gradient dominates the loss (section 7.3)."""

from __future__ import annotations

from sympy import Expr, Integer, sqrt

from boundkit.papers.sjl17.paper import at_least, at_most, claim, local, source
from boundkit.statement import Claim, Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import distance, eta_bar, step_size, tau
from boundkit.statement.words.landscape import (
    gradient_ceiling,
    gradient_floor,
    joint_path,
    next_loss,
    output_distance,
    output_gradient_ceiling,
    smoothness,
)
from boundkit.statement.words.landscape_points import hessian_norm, output_gradient, point_gradient
from boundkit.statement.words.shared import loss, loss_0

ONE = Integer(1)


def rate(contraction: Expr) -> Claim:
    """The loss shrinks by `1 - contraction` a step."""
    return claim("rate", loss, at_most(loss, (1 - contraction) ** tau * loss_0))


def step(bound: Expr) -> Hypothesis:
    """The step is at most 1 over the smoothness `bound`."""
    return Hypothesis("step_size", "step", at_most(step_size, 1 / bound))


# The descent argument in terms of bounds that hold on a region.
DESCENT = step_size / 2 * gradient_floor
_FLOOR = Hypothesis("gradient_floor", "run", at_least(point_gradient**2, gradient_floor * loss))
_CEILINGS = (
    Hypothesis("gradient_ceiling", "run", at_most(point_gradient**2, gradient_ceiling * loss)),
    Hypothesis("output_gradient_ceiling", "run", at_most(output_gradient**2, output_gradient_ceiling * loss)),
)
_SMOOTH = Hypothesis("smooth", "run", at_most(hessian_norm, smoothness))


def travel(ceiling: Expr) -> Expr:
    """How far a layer moves whose squared gradient is at most `ceiling` times the loss."""
    return 4 / gradient_floor * sqrt(ceiling * loss_0)


pl_descent = Statement(
    id="sjl17.pl_descent",
    kind="meta-theorem",
    title="Descent where the gradient dominates the loss",
    source=source("Section 7.3", "(7.50)", "(7.51)", "(7.54)", "(7.55)", "(7.56)", "(7.59)"),
    setting=local(step_size=eta_bar / smoothness),
    hypotheses=(_FLOOR, *_CEILINGS, _SMOOTH, step(smoothness)),
    claims=(
        claim(
            "one_step",
            next_loss,
            at_most(next_loss, (1 - step_size * gradient_floor * (1 - step_size * smoothness / 2)) * loss),
        ),
        rate(DESCENT),
        claim("radius", distance, at_most(distance, travel(gradient_ceiling))),
        claim("output_radius", output_distance, at_most(output_distance, travel(output_gradient_ceiling))),
    ),
    errata=(
        Erratum(
            "C25",
            "gap",
            "(7.51) uses smoothness on the segment between iterates, of which only one end is known to be in the "
            "region.",
            "A step is shorter than R / (4 v_max): prove smoothness on a slightly larger region, or argue by "
            "continuity.",
        ),
    ),
    summary={"rate": DESCENT},
)
path_bound = Statement(
    id="sjl17.pl_descent.sharpened",
    kind="meta-theorem",
    title="Length of the path where the gradient dominates the loss",
    source=source("Section 7.3", "(7.55)"),
    form="sharpened",
    improves="sjl17.pl_descent",
    setting=local(step_size=eta_bar / smoothness),
    hypotheses=(_FLOOR, _SMOOTH, step(smoothness)),
    claims=(rate(DESCENT), claim("path", joint_path, at_most(joint_path, travel(gradient_floor)))),
    uses=("sjl17.pl_descent",),
    summary={"rate": DESCENT},
    proof=(
        "A step lowers the loss by at least (alpha/2) |grad|^2, so its length alpha |grad| is at most "
        "2 (L_t - L_(t+1)) / sqrt(m L_t) <= (4 / sqrt(m)) (sqrt(L_t) - sqrt(L_(t+1))), which telescopes."
    ),
)

STATEMENTS = (
    pl_descent,
    path_bound,
)
