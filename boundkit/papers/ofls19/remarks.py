"""Remarks after Theorem 3.2, the range of the cutoffs, and when the bounds say anything at all."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Rational as Q, log, sqrt
from sympy.core.relational import Relational

from boundkit.papers.ofls19 import generalisation, mixture, random_start
from boundkit.papers.ofls19.arbitrary import thm6_21
from boundkit.papers.ofls19.arbitrary_repaired import thm3_3_sharpened
from boundkit.papers.ofls19.errata import C6, C7, C8, C9, C10, C11, C12
from boundkit.papers.ofls19.model import (
    ALPHA,
    ALPHA_0,
    ALPHA_OF_KERNEL,
    GAMMA,
    JACOBIAN_CUTOFF,
    KERNEL_CUTOFF,
    KERNEL_CUTOFF_RANGE,
    LARGEST_STEP,
    NETWORK_NORM,
    RANDOM,
    halved,
    iterations,
    source,
)
from boundkit.papers.ofls19.relations import above, at_least, at_most, below, equal
from boundkit.papers.os19.chain import tidy
from boundkit.papers.os19.model import UNIT_ROWS
from boundkit.statement import Constant, Hypothesis, Order, Statement
from boundkit.statement.statement import Experiment, Kind
from boundkit.statement.vocabulary import C, k, n, norm_X, step_size
from boundkit.statement.words.generalisation import (
    alignment,
    cutoff,
    fit_precision,
    information_r0,
    kernel_cutoff,
    learning_duration,
    normalised_cutoff,
)
from boundkit.statement.words.shared import K, T

LARGEST = Hypothesis("largest_step", "step", equal(step_size, LARGEST_STEP))
_ROOT = sqrt(n)


def _steps(alpha: Expr) -> Expr:
    """The number of steps at the largest step size, in terms of the normalised cutoff."""
    return tidy((GAMMA / (LARGEST_STEP * alpha**2)).subs(kernel_cutoff, ALPHA_0))


KERNEL_STEPS = _steps(ALPHA_OF_KERNEL)
JACOBIAN_STEPS = _steps(ALPHA)


def _remark(id: str, title: str, *, kind: Kind = "corollary", **fields: object) -> Statement:
    return Statement(
        id=f"ofls19.{id}",
        kind=kind,
        title=title,
        source=source("Section 3, remarks after Theorem 3.2"),
        setting=RANDOM,
        uses=("ofls19.thm3_2",),
        **fields,  # type: ignore[arg-type]
    )


rem_biasvar = _remark(
    "rem_biasvar",
    "Bias is the part of the labels in the nuisance space; variance is proportional to the distance travelled",
    claims=(replace(generalisation.thm3_2.claims[0], label="bias_and_variance"),),
    probability=generalisation.thm3_2.probability,
    hypotheses=generalisation.thm3_2.hypotheses,
    constants=generalisation.thm3_2.constants,
    errata=(C6, C7, C8, C9, C10, C11, C12),
)

rem_smallwidth = _remark(
    "rem_smallwidth",
    "A width logarithmic in n suffices when the normalised cutoff, precision and duration are constants",
    orders=(Order("width", {}, {n: 1}, regime="normalised cutoff, precision and duration constant"),),
    errata=(C11,),
)

rem_sizebias = _remark(
    "rem_sizebias",
    "Wider networks may use smaller cutoffs: a larger information space and less bias",
    hypotheses=(
        Hypothesis(
            "admissible_cutoff",
            "width",
            at_least(normalised_cutoff, (C * generalisation.SCALING * normalised_cutoff**8 / k) ** Q(1, 8)),
        ),
    ),
    claims=(halved("width", k, at_least(k, C * generalisation.SCALING), "data"),),
    constants=(Constant(C, "open"),),
)

rem_fast = _remark(
    "rem_fast",
    "At the largest step the number of iterations is at most the duration over the squared normalised cutoff",
    hypotheses=(UNIT_ROWS, KERNEL_CUTOFF, KERNEL_CUTOFF_RANGE, LARGEST, iterations(ALPHA_OF_KERNEL)),
    claims=(halved("iterations", T, at_most(T, GAMMA / normalised_cutoff**2), "data"),),
    orders=(Order("iterations", {learning_duration: 1, normalised_cutoff: -2}, side="upper"),),
)


def _range(id: str, title: str, label: str, hypotheses: tuple[Hypothesis, ...], bounds: tuple[Expr, ...]) -> Statement:
    least, largest, fewest, steps = bounds
    return Statement(
        id=f"ofls19.d.{id}",
        kind="corollary",
        title=title,
        source=source(label),
        form="tracked",
        improves="ofls19.rem_fast",
        hypotheses=(UNIT_ROWS, *hypotheses),
        claims=(
            halved("cutoff", normalised_cutoff, at_most(normalised_cutoff, least), "data"),
            halved("cutoff_crude", normalised_cutoff, at_most(normalised_cutoff, largest), "data"),
            halved("iterations", T, equal(T, steps), "data"),
            halved("iterations_least", T, at_least(T, fewest), "data"),
        ),
        uses=("ofls19.rem_fast",),
        proof="The cutoff is at most the largest singular value of its reference; |X| <= sqrt(n) for unit rows.",
    )


abar_range = _range(
    "abar_range",
    "Range of the normalised cutoff and of the iterations of Theorem 3.2 (derived.abar_range)",
    "Theorem 3.2",
    (KERNEL_CUTOFF, KERNEL_CUTOFF_RANGE, LARGEST, iterations(ALPHA_OF_KERNEL)),
    (sqrt(norm_X / (K * _ROOT)), 1 / sqrt(K), GAMMA * K, KERNEL_STEPS),
)
abar_range_jacobian = _range(
    "abar_range_jacobian",
    "Range of the normalised cutoff and of the iterations of Theorem 3.3 (derived.abar_range)",
    "Theorem 3.3",
    (
        JACOBIAN_CUTOFF,
        Hypothesis("cutoff_range", "parameter", at_most(cutoff, NETWORK_NORM)),
        LARGEST,
        iterations(cutoff),
    ),
    (sqrt(norm_X / _ROOT), norm_X**0, GAMMA, JACOBIAN_STEPS),
)


def _nontrivial(parent: Statement) -> Hypothesis:
    return Hypothesis("bound_below_one", "parameter", below(parent.claims[0].bound, 1))


def _floor(
    id: str,
    title: str,
    parent: Statement,
    floors: tuple[tuple[str, Relational], ...],
    proof: str,
    *,
    experiment: Experiment,
) -> Statement:
    """Floors that data and parameters decide, or the start of a run."""
    return Statement(
        id=f"ofls19.d.{id}",
        kind="corollary",
        title=title,
        source=parent.source,
        form="tracked",
        improves=parent.id,
        setting=parent.setting,
        hypotheses=(*parent.hypotheses, _nontrivial(parent)),
        claims=tuple(halved(label, relation.lhs, relation, experiment) for label, relation in floors),
        uses=(parent.id,),
        proof=proof,
    )


WORST_WIDTH = {fit_precision: Q(1, 12), normalised_cutoff: 1 / sqrt(K), alignment: 1}
FLOOR_WIDTH = tidy(random_start.WIDTH_AT_CUTOFF.subs(WORST_WIDTH))
VARIANCE_LEVEL = 12  # the factor of sqrt(K/n) |J^+ y| B in the bound, and of nu B |J^+ r_0| / sqrt(n)
SHARP_LEVEL = 8

floors = _floor(
    "floors",
    "When Theorem 3.2 says anything: samples, precision, duration and width (derived.floors)",
    generalisation.thm3_2_tracked,
    (
        ("samples", above(n, VARIANCE_LEVEL**2 * K)),
        ("precision", below(fit_precision, Q(1, 12))),
        ("duration", above(learning_duration, log(2))),
        ("width", above(k, FLOOR_WIDTH)),
    ),
    (
        "|J_I^+ y| >= |Pi_I y| / (B sqrt(n)), so the bound is at least 2 sqrt(1 - t^2) + 12 sqrt(K/n) t with "
        "t = |Pi_I y| / sqrt(n), concave in t and at least 1 up to t = sqrt(3)/2: it is below 1 somewhere only if "
        "it is so at t = 1. The other terms are below 1 one by one; the normalised cutoff is at most K^(-1/2)."
    ),
    experiment="data",
)

floors_arbitrary = _floor(
    "floors_arbitrary",
    "When Theorem 6.21 says anything: samples against the information part of the residual (derived.floors)",
    thm6_21,
    (("samples", above(n, VARIANCE_LEVEL**2 * information_r0**2 / n)),),
    "nu B D >= nu B |Pi_I r_0| / lambda_1 >= |Pi_I r_0| / |X| >= |Pi_I r_0| / sqrt(n).",
    experiment="sample",
)

floors_sharpened = _floor(
    "floors_sharpened",
    "When the sharpened Theorem 3.3 says anything (derived.floors)",
    thm3_3_sharpened,
    (("samples", above(n, SHARP_LEVEL**2 * information_r0**2 / n)),),
    "As for Theorem 6.21, with 8 for 12.",
    experiment="sample",
)

floors_mixture = _floor(
    "floors_mixture",
    "When the noiseless mixture bound with orthonormal centres says anything (derived.floors)",
    mixture.noiseless,
    (("samples", above(n, tidy((mixture.NOISELESS_MAIN * _ROOT) ** 2))),),
    "The main term alone must be below 1; for orthonormal centres it is attained, with lambda_M = E phi'(g)^2.",
    experiment="data",
)

STATEMENTS = (
    rem_biasvar,
    rem_smallwidth,
    rem_sizebias,
    rem_fast,
    abar_range,
    abar_range_jacobian,
    floors,
    floors_arbitrary,
    floors_sharpened,
    floors_mixture,
)
