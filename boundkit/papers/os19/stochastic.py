"""Stochastic gradient descent: Theorem 2.6, and a self-contained theorem with explicit constants (D15)."""

from __future__ import annotations

from sympy import Abs, Expr, Ge, Le, Min, Rational, Symbol, sqrt

from boundkit.papers.os19 import initialisation, smooth
from boundkit.papers.os19.chain import Conclusion, smooth_chain, substitute
from boundkit.papers.os19.errata import C1, C4
from boundkit.papers.os19.meta_smooth import NORM_BOUND, SMOOTH_JACOBIAN, SPECTRUM_AT_START
from boundkit.papers.os19.model import (
    BALANCED,
    BOUNDED_SMOOTH,
    EVEN_WIDTH,
    GENERIC,
    HALF,
    MARGIN,
    NETWORK_NORM,
    POSITIVE_LAMBDA,
    SMOOTH_ACTIVATION,
    STEP_FRACTION,
    UNIT_ROWS,
    source,
)
from boundkit.papers.os19.network import appF_row
from boundkit.statement import Chance, Claim, Constant, Erratum, Hypothesis, Order, Setting, Statement
from boundkit.statement.vocabulary import (
    B,
    alpha,
    beta,
    c,
    c_3,
    d,
    distance,
    eta_bar,
    jacobian_drift,
    k,
    lambda_,
    lipschitz,
    misfit,
    misfit_0,
    n,
    norm_J,
    norm_v,
    norm_v_inf,
    norm_X,
    norm_y,
    sigma_min_J0,
    step_size,
    sup_d2phi,
    sup_dphi,
    tau,
    tightness,
    weight_change,
)
from boundkit.statement.words.features import (
    mean_excursion,
    nu,
    row_bound,
    row_norm_J,
    stay_probability,
    step_divisor,
    stopped_squared_misfit,
)

CONFIDENCE = Hypothesis("confidence", "parameter", Ge(nu, 3))
DIVISOR = Hypothesis("step_divisor", "parameter", Ge(step_divisor, 3))
EXCURSION = Rational(37, 20)


def _sampling(step: Expr) -> Setting:
    algorithm = "stochastic gradient descent, one sample a step, with replacement"
    return Setting(algorithm=algorithm, step_size=step, substitutions=BALANCED)


def _expected_rate(contraction: Expr, *, norm: Expr, row: Expr) -> Claim:
    """The mean of the squared misfit shrinks by `1 - contraction` a step; `norm` and `row` bound |J| and its rows."""
    fastest = Min(1, MARGIN * 2 * step_size * norm * row / sqrt(n))
    return Claim(
        "expected_rate",
        stopped_squared_misfit,
        Le(stopped_squared_misfit, (1 - tightness * contraction) ** tau * misfit_0**2),
        "training",
        twin=fastest / contraction,
        twin_reason="in the mean over the n samples a step removes at most 2 eta |J| max|J_i| / sqrt(n) of it",
        chance="in expectation",
    )


def _stays(probability: Expr) -> Claim:
    return Claim(
        "stay_probability",
        stay_probability,
        Ge(stay_probability, tightness * probability),
        "training",
        twin=2 / probability,
        twin_reason="no probability is above 1",
        chance="in expectation",
    )


def _reach(label: str, observable: Symbol, bound: Expr, *, norm: Expr, chance: Chance = "as stated") -> Claim:
    """The distance is at most `bound`; the Jacobian has norm at most `norm`."""
    return Claim(
        label,
        observable,
        Le(observable, bound / tightness),
        "training",
        twin=10 * norm * bound / Abs(misfit_0 - misfit),
        twin_reason="the misfit changes by at most beta times the distance; the twin allows a tenth of that",
        chance=chance,
    )


_EIGENVALUE = smooth.QUADRATIC[lambda_]
_PAPER_DIVISOR = 9 * nu / 8
_PRINTED_STEP = _EIGENVALUE / (9 * nu * B**4) * n / (norm_y**2 * norm_X**2) * eta_bar
_PRINTED_CONTRACTION = eta_bar * _EIGENVALUE**2 / (144 * n * nu * B**4 * norm_X**2)

thm2_6 = Statement(
    id="os19.thm2_6",
    kind="theorem",
    title="Convergence of stochastic gradient descent for smooth activations",
    source=source("Theorem 2.6", "(2.9)", "(2.10)"),
    setting=_sampling(_PRINTED_STEP),
    hypotheses=(*smooth.thm2_1.hypotheses, CONFIDENCE),
    claims=(
        _expected_rate(_PRINTED_CONTRACTION, norm=NETWORK_NORM, row=B * norm_y / sqrt(n)),
        _stays(1 - 4 / nu * (3 * B * norm_X / sqrt(_EIGENVALUE)) ** (1 / (k * d))),
        _reach("radius_on_event", distance, c_3 * nu * sqrt(n), norm=NETWORK_NORM),
    ),
    probability=smooth.PROBABILITY,
    constants=(Constant(c, "open"), Constant(c_3, "open", note="called universal; see C13b")),
    uses=(smooth.thm2_1.id, appF_row.id),
    orders=(
        Order("width", {n: 2, d: -1}, regime=GENERIC),
        Order("iterations", {n: 2, d: -1}, regime=f"{GENERIC}; times log(1/epsilon)"),
        Order("radius", {nu: 1, n: Rational(1, 2)}, side="upper", regime=GENERIC),
    ),
    errata=(
        C1,
        C4,
        Erratum(
            "C13a",
            "unstated hypothesis",
            "For nu between 3 and 4 the bound on P(E) is negative: the factor behind 4/nu is at least 1.",
            "Take nu > 4.",
        ),
        Erratum(
            "C13b",
            "false as printed",
            "The constant of the radius cannot be universal: for two samples at distance e with labels 1 and -1 and a "
            "wide network, interpolation takes a distance of order 1/e, while n and nu are fixed.",
            "The radius is nu times 4 |r_0| / alpha and so of order nu sqrt(n) / (|mu_phi| sigma_min(X*X)); generic "
            "data are not affected.",
        ),
        Erratum(
            "C13c",
            "gap",
            "The ball is nu times larger than for gradient descent, so along the quoted route the width carries a "
            "factor nu that (2.2) lacks; the companion theorem is cited and not reproduced.",
            "Multiply the width by nu (D15); no instance is known where (2.2) holds and the conclusion fails.",
        ),
    ),
    summary={"rate": _PRINTED_CONTRACTION / 2, "radius": c_3 * nu * sqrt(n)},
)

_STEP = alpha**2 * eta_bar / (step_divisor * row_bound**2 * beta**2)
_CONTRACTION = (2 - Rational(8, 5) / step_divisor) * step_size * alpha**2 / n
_REACH = nu * misfit_0 / alpha

sgd = Statement(
    id="os19.d.sgd",
    kind="meta-theorem",
    title="Single-sample gradient descent on smooth nonlinear least squares, self-contained (D15)",
    source=source("Theorem 2.6", "(2.10)"),
    form="repaired",
    improves=thm2_6.id,
    setting=_sampling(_STEP),
    hypotheses=(
        SPECTRUM_AT_START,
        NORM_BOUND,
        Hypothesis("row_norm", "run", Le(row_norm_J, row_bound)),
        SMOOTH_JACOBIAN,
        Hypothesis("misfit_room", "run", Ge(alpha**2 / (nu * lipschitz), misfit_0)),
        CONFIDENCE,
        DIVISOR,
        STEP_FRACTION,
    ),
    claims=(
        _expected_rate(_CONTRACTION, norm=beta, row=row_bound),
        _stays(1 - EXCURSION / nu),
        _reach("radius_on_event", distance, _REACH, norm=beta),
        _reach("excursion", mean_excursion, EXCURSION * misfit_0 / alpha, norm=beta, chance="in expectation"),
    ),
    uses=("os19.thm6_10.sharpened",),
    summary={"rate": _CONTRACTION / 2, "radius": _REACH},
    instance={
        alpha: sigma_min_J0 / 2,
        beta: sup_dphi * norm_v * norm_X,
        row_bound: appF_row.claims[0].bound,
        lipschitz: sup_d2phi * norm_v_inf * norm_X,
        norm_J: beta,
        row_norm_J: row_bound,
        jacobian_drift: lipschitz * weight_change,
    },
    proof=(
        "On the ball of radius R = nu |r_0| / alpha the spectrum is at least 2 alpha - L R >= alpha and "
        "L |r| <= (7/12) beta^2. One step, in the mean: |r|^2 falls by at least (eta/n)(2 - 1.6/q)|J^T r|^2, which is "
        "the rate of the process stopped at its exit. By Jensen the mean displacements sum to at most "
        "|r_0| / ((1 - 0.8/q) alpha); the martingale part has variance at most |r_0|^2 / ((2q - 1.6) beta^2), so by "
        "Doob its largest norm has mean at most 2 |r_0| / (beta sqrt(2q - 1.6)). With 2 alpha <= beta and q >= 3 both "
        "sum to 1.85 |r_0| / alpha, and Markov's inequality applies at the exit."
    ),
)


def _chain(*, divisor: Expr, refined: bool) -> tuple[Conclusion, Expr]:
    """The theorem on the network and its step size."""
    bounds = HALF if refined else {sup_dphi: B, sup_d2phi: B}
    spectrum = initialisation.lem6_7_sharpened if refined else initialisation.lem6_7
    network = {
        alpha: spectrum.claim("jacobian_spectrum").bound / (SPECTRUM_AT_START.relation.rhs / alpha),
        row_bound: appF_row.claims[0].bound,
        step_divisor: divisor,
    }
    ratio = (_STEP * beta**2).subs(network).subs(BALANCED).subs(bounds)
    norm = NETWORK_NORM.subs(B, sup_dphi) if refined else NETWORK_NORM
    conclusion = smooth_chain(
        optimisation=sgd,
        spectrum=spectrum,
        initial_misfit=initialisation.lem6_12_sharpened if refined else initialisation.lem6_12,
        lipschitz_lemma=initialisation.lem6_8,
        norm_lemma=initialisation.lem6_6,
        step_ratio=ratio,
        bounds=bounds,
    )
    free = {step_divisor: divisor, row_bound: network[row_bound].subs(BALANCED).subs(bounds)}
    return substitute(conclusion, free, uses=(appF_row.id,)), ratio / norm**2


_AT_PAPER_STEP, _ = _chain(divisor=_PAPER_DIVISOR, refined=False)
C_REPAIRED = smooth.small_b_factor(_AT_PAPER_STEP, lambda_)
_REPAIRED = substitute(_AT_PAPER_STEP, smooth.QUADRATIC, uses=("os19.lem6_4",))

thm2_6_repaired = Statement(
    id="os19.thm2_6.repaired",
    kind="theorem",
    title="Theorem 2.6 with its own step size, the factor nu in the width and a radius that depends on the data",
    source=source("Theorem 2.6", "(2.10)"),
    form="repaired",
    improves=thm2_6.id,
    setting=_sampling(_PRINTED_STEP),
    hypotheses=(
        *BOUNDED_SMOOTH,
        smooth.B_AT_LEAST_ONE,
        EVEN_WIDTH,
        *smooth.DATA_QUADRATIC,
        STEP_FRACTION,
        CONFIDENCE,
        Hypothesis("width", "width", smooth.thm2_1.hypothesis("width").relation.subs(c, C_REPAIRED)),
    ),
    claims=_REPAIRED.claims,
    probability=_REPAIRED.probability,
    constants=(Constant(c, "tracked", C_REPAIRED, "in the printed width, for B >= 1"),),
    uses=_REPAIRED.uses,
    summary=_REPAIRED.summary,
    proof="The theorem D15 with q = 9 nu / 8, which is the printed step size; the condition of Lemma 6.7 is implied.",
)

_SHARPENED, _FREE_STEP = _chain(divisor=step_divisor, refined=True)

thm2_6_sharpened = Statement(
    id="os19.thm2_6.sharpened",
    kind="theorem",
    title="Theorem 2.6 in terms of lambda(X), with a step size that need not shrink with nu (D15)",
    source=source("Theorem 2.6"),
    form="sharpened",
    improves=thm2_6.id,
    setting=_sampling(_FREE_STEP),
    hypotheses=(
        UNIT_ROWS,
        SMOOTH_ACTIVATION,
        POSITIVE_LAMBDA,
        STEP_FRACTION,
        CONFIDENCE,
        DIVISOR,
        EVEN_WIDTH,
        *_SHARPENED.width,
    ),
    claims=_SHARPENED.claims,
    probability=_SHARPENED.probability,
    uses=_SHARPENED.uses,
    summary=_SHARPENED.summary,
    proof="The theorem D15 on the network, with D6 and D7 and separate bounds on the two derivatives.",
)

STATEMENTS = (thm2_6, thm2_6_repaired, thm2_6_sharpened, sgd)
