"""The paper, its network and the expressions and hypotheses that its results share (sections 1, 2 and 5)."""

from __future__ import annotations

from dataclasses import replace

from sympy import Abs, Expr, Ge, Gt, Integer, Le, Lt, Rational as Q, Symbol, exp, log, sqrt
from sympy.core.relational import Relational

from boundkit.papers.ofls19.relations import above, at_least, at_most, equal
from boundkit.papers.os19.model import FIRST_DERIVATIVE, SECOND_DERIVATIVE, SMOOTH_ACTIVATION, UNIT_ROWS
from boundkit.statement import Claim, Hypothesis, Paper, Setting, Source
from boundkit.statement.statement import Chance, Experiment
from boundkit.statement.vocabulary import (
    B,
    beta,
    k,
    misfit,
    misfit_0,
    n,
    norm_v_inf,
    norm_X,
    norm_y,
    step_size,
    tau,
    tightness,
)
from boundkit.statement.words.generalisation import (
    alignment,
    classification_error,
    cutoff,
    fit_precision,
    fixed_radii,
    independent_pattern,
    independent_start,
    information_y,
    initial_prediction,
    kernel_cutoff,
    learning_duration,
    normalised_cutoff,
    one_hot,
    output_scale,
)
from boundkit.statement.words.shared import K, T, failure, sup_phi_0

PAPER = Paper(
    key="ofls19",
    title=("Generalization guarantees for neural networks via harnessing the low-rank structure of the Jacobian"),
    authors=("Samet Oymak", "Zalan Fabian", "Mingchen Li", "Mahdi Soltanolkotabi"),
    year=2019,
    arxiv="1906.05392",
    version="dated June 13, 2019",
    letters={
        "failure": r"\delta",
        "linearisation_tolerance": r"\delta",
        "alignment": "c",
        "clusters": "C",
        "drift_bound": r"\varepsilon",
        "norm_v_inf": r"\lVert V\rVert_{\ell_\infty}",
        "row_radius": "R",
    },
)


def source(label: str, *equations: str) -> Source:
    """A place in this paper."""
    return Source(PAPER, label, equations)


GAMMA, ZETA, NU = learning_duration, fit_precision, output_scale
ONE, TWO = Integer(1), Integer(2)

NETWORK_NORM = NU * B * norm_X
LARGEST_STEP = 1 / NETWORK_NORM**2
KERNEL_SCALE = n ** Q(1, 4) * sqrt(K * norm_X) * B  # the cutoff of Theorem 3.2 in units of the normalised one
JACOBIAN_SCALE = NU * B * n ** Q(1, 4) * sqrt(norm_X)  # the same for Theorem 3.3
ALPHA_0 = normalised_cutoff * KERNEL_SCALE
ALPHA = normalised_cutoff * JACOBIAN_SCALE
ALPHA_OF_KERNEL = NU * kernel_cutoff / sqrt(K)
RANDOM_SCALE = ZETA / (50 * B * sqrt(log(2 * K)))
DURATION_DECAY = exp(-GAMMA)
INITIAL_FAILURE = (2 * K) ** -100
GRAM_FAILURE = n**-100


def confidence(factor: Expr | int, count: Expr = ONE) -> Expr:
    """`factor` times the fluctuation of a bounded loss, for `count` function classes at once."""
    return factor * sqrt(log(2 * count / failure) / n)


def observed(
    label: str,
    observable: Symbol,
    template: Relational,
    *,
    twin: Expr,
    reason: str,
    experiment: Experiment,
    chance: Chance = "as stated",
) -> Claim:
    """A claim that a sampler observes, with the tightening at which it must fail."""
    return Claim(label, observable, template, experiment, twin, reason, chance)


def halved(
    label: str, observable: Symbol, relation: Relational, experiment: Experiment, chance: Chance = "surely"
) -> Claim:
    """A claim whose twin asks that what is measured be half (for a lower bound, twice) of what it is."""
    left, right = relation.args
    reason = "the twin is the claim with half of what is measured for its bound"
    if isinstance(relation, Le | Lt):
        template, twin = relation.func(left, right / tightness, evaluate=False), 2 * right / left
    elif isinstance(relation, Ge | Gt):
        template, twin = relation.func(left, tightness * right, evaluate=False), 2 * left / right
    else:
        template, twin, reason = equal(left, tightness * right), Integer(2), "the twin asks for twice the value"
    return Claim(label, observable, template, experiment, twin, reason, chance)


def attained(
    label: str,
    observable: Symbol,
    relation: Relational,
    experiment: Experiment,
    reason: str,
    *,
    factor: Expr = TWO,
) -> Claim:
    """A claim that holds surely; adverse samples reach its bound up to less than `factor`, for the reason given."""
    template = halved(label, observable, relation, experiment).template
    return observed(label, observable, template, twin=factor, reason=reason, experiment=experiment, chance="surely")


def reached(label: str, observable: Symbol, bound: Expr, *, share: Expr = ONE) -> Claim:
    """A bound on a distance that is at least `share` of that of all weights; beta bounds the norm of the Jacobian."""
    return observed(
        label,
        observable,
        at_most(observable, bound / tightness),
        twin=10 * bound * beta / (share * Abs(misfit_0 - misfit)),
        reason="the misfit changes by at most beta times the distance; the twin allows a tenth of that",
        experiment="sample",
        chance="surely",
    )


def below_one(label: str, observable: Symbol, bound: Expr, experiment: Experiment = "sample") -> Claim:
    """A bound on an expectation over fresh samples that is at most 1; where the bound is not below 1 it has no twin."""
    return Claim(
        label=label,
        observable=observable,
        template=at_most(observable, 1 - tightness * (1 - bound)),
        experiment=experiment,
        twin=2 / Abs(1 - bound),
        twin_reason="of a bound below 1 the twin says that what is measured is at most -1",
    )


def test_error(bound: Expr) -> Claim:
    """The bound on the classification error."""
    return below_one("test_error", classification_error, bound)


def iterations(alpha: Expr) -> Hypothesis:
    """T steps make the learning duration at the cutoff `alpha`."""
    return Hypothesis("iterations", "step", equal(T, GAMMA / (step_size * alpha**2)))


def setting(*, output: str, start: str, largest_step: Expr = LARGEST_STEP, data: str = "") -> Setting:
    """Full-batch gradient descent on the hidden weights at the largest step."""
    return Setting(
        network=f"two layers, K outputs{data}",
        output_weights=output,
        initialisation=start,
        step_size=largest_step,
    )


RANDOM_SIGNS = "random signs times nu / sqrt(k K), fixed"
FIXED_OUTPUT = "any matrix with entries at most nu / sqrt(k K), fixed"
RANDOM = setting(output=RANDOM_SIGNS, start="standard normal")
ARBITRARY = setting(output=FIXED_OUTPUT, start="arbitrary, independent of the sample")
ARBITRARY_AS_PRINTED = setting(output=FIXED_OUTPUT, start="arbitrary; the theorem itself prints i.i.d. N(0, 1) entries")
DETERMINISTIC = setting(output=FIXED_OUTPUT, start="arbitrary")
PAIRED = replace(
    setting(output="[S, -S] nu / sqrt(k K) with random signs S, fixed", start="[G; G] with k/2 standard normal rows G"),
    substitutions={initial_prediction: Integer(0), misfit_0: norm_y},
)
GENERAL_MAP = Setting(
    network="any differentiable map to R^(nK)",
    trained="all parameters",
    output_weights="none",
    initialisation="arbitrary",
    step_size=1 / beta**2,
)
AT_START = Setting(
    network="two layers, K outputs",
    output_weights="random signs of one size, fixed",
    initialisation="standard normal",
    algorithm="none",
)
AT_ANY_WEIGHTS = Setting(
    network="two layers, K outputs", output_weights="any matrix", initialisation="arbitrary", algorithm="none"
)

LONG_ENOUGH = Hypothesis("duration_at_least_one", "parameter", at_least(GAMMA, 1))
HALF_PRECISION = Hypothesis("precision_at_most_half", "parameter", at_most(ZETA, Q(1, 2)))
POSITIVE_CUTOFF = Hypothesis("cutoff_positive", "parameter", above(normalised_cutoff, 0))
STEP = Hypothesis("step_size", "step", at_most(step_size, LARGEST_STEP))
UP_TO_T = Hypothesis("until_T", "run", at_most(tau, T))
KERNEL_CUTOFF = Hypothesis("kernel_cutoff", "parameter", equal(kernel_cutoff, ALPHA_0))
KERNEL_CUTOFF_RANGE = Hypothesis("kernel_cutoff_range", "parameter", at_most(kernel_cutoff, B * norm_X))
JACOBIAN_CUTOFF = Hypothesis("cutoff", "parameter", equal(cutoff, ALPHA))
SCALE = Hypothesis("output_scale", "parameter", equal(NU, RANDOM_SCALE))
OUTPUT_BOUNDED = Hypothesis("output_bounded", "parameter", at_most(norm_v_inf, NU / sqrt(k * K)))
NETWORK_BETA = Hypothesis("jacobian_bound", "parameter", equal(beta, NETWORK_NORM))
LABEL_NORM = Hypothesis("label_norm", "data", equal(norm_y, sqrt(n)))
ONE_HOT = Hypothesis("one_hot_labels", "data", equal(one_hot, 1))
BOUNDED_AT_ZERO = Hypothesis("bounded_at_zero", "activation", at_most(sup_phi_0, B))
FIXED_CLASS = Hypothesis("class_fixed_before_sample", "parameter", equal(fixed_radii, 1))
INDEPENDENT_START = Hypothesis("start_independent_of_sample", "parameter", equal(independent_start, 1))
INDEPENDENT_PATTERN = Hypothesis("pattern_independent_of_sample", "parameter", equal(independent_pattern, 1))
ALIGNED = Hypothesis("labels_aligned", "data", at_least(information_y, alignment * norm_y))
ALIGNMENT_RANGE = Hypothesis("alignment_at_most_one", "parameter", at_most(alignment, 1))
PRECISION_ALIGNED = Hypothesis("precision_below_alignment", "parameter", at_most(ZETA, alignment / 2))
MORE_SAMPLES_THAN_OUTPUTS = Hypothesis("n_at_least_K", "data", at_least(n, K))
THREE_SAMPLES = Hypothesis("three_samples", "data", at_least(n, 3))

SMOOTH = (SMOOTH_ACTIVATION, FIRST_DERIVATIVE, SECOND_DERIVATIVE)
BOUNDED_SMOOTH = (UNIT_ROWS, *SMOOTH)


def widths_and(*relations: tuple[str, Relational]) -> tuple[Hypothesis, ...]:
    """Width hypotheses by label."""
    return tuple(Hypothesis(label, "width", relation) for label, relation in relations)
