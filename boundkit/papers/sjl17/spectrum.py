"""The spectrum of the Jacobian and of X * X for Gaussian data: Proposition 7.4, Corollary 7.5, explicit forms."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, exp, sqrt

from boundkit.papers.sjl17.algebra import KHATRI_RAO_NORM
from boundkit.papers.sjl17.centred import C34, CENTRED_FLOOR, UNCURVED, prop7_2, rem7_3
from boundkit.papers.sjl17.mean import GAUSSIAN_NORM, GAUSSIAN_NORM_FAILURE, SLOPE_SCALE, mean_factor
from boundkit.papers.sjl17.paper import (
    ANY_WEIGHTS,
    AT_LEAST_D,
    GAUSSIAN,
    MEAN_SLOPE,
    SECOND_DERIVATIVE,
    SMOOTH,
    WIDE,
    above,
    at_least,
    at_most,
    claim,
    equal,
    open_constants,
    smallest,
    source,
)
from boundkit.statement import Constant, Erratum, Form, Hypothesis, Order, Statement
from boundkit.statement.vocabulary import (
    C,
    c,
    c_d,
    d,
    gamma_1,
    gamma_2,
    k,
    n,
    norm_J,
    norm_v,
    norm_v_inf,
    norm_X,
    sigma_min_J,
    sigma_min_KR,
    sup_d2phi,
    sup_dphi,
)
from boundkit.statement.words.landscape import (
    gamma_min,
    norm_W,
    planted_row_max,
    planted_row_min,
    planted_sigma_max,
    planted_sigma_min,
    planted_v_max,
    planted_v_min,
    row_max_W,
    row_min_W,
    sigma_min_DGW,
    sigma_min_W,
    v_min,
)
from boundkit.statement.words.landscape_data import (
    largest_sample_norm,
    mean_d2phi_vanishes,
    norm_KR,
    slope_at_zero,
)
from boundkit.statement.words.landscape_lemmas import c_mean, largest_column, norm_factor
from boundkit.statement.words.landscape_points import largest_slope_column

AT_PLANTED = {
    sigma_min_W: planted_sigma_min,
    norm_W: planted_sigma_max,
    v_min: planted_v_min,
    norm_v_inf: planted_v_max,
    row_min_W: planted_row_min,
    row_max_W: planted_row_max,
}


def at_planted(expression: Any) -> Any:
    """A statement about (v, W) taken at (v*, W*)."""
    return expression.subs(AT_PLANTED)


# Every Gaussian sample has at most this norm, with this probability of failing.
GAUSSIAN_SAMPLES = sqrt(2 * d)
GAUSSIAN_SAMPLES_FAILURE = n * exp(-d / Integer(8))

CURVED = Hypothesis("curved_activation", "activation", equal(mean_d2phi_vanishes, 0))
BOUNDED_NETWORK = (
    Hypothesis("output_bounded_below", "parameter", above(v_min, 0)),
    Hypothesis("hidden_bounded_below", "parameter", above(row_min_W, 0)),
)
SAMPLES_QUADRATIC = Hypothesis("n_at_most_c_d2", "data", at_most(n, c_d * d**2))


def samples(smallest: Expr) -> Expr:
    """The largest admissible n of (7.11); `smallest` is sigma_min(W), or 1 where E phi'' vanishes."""
    return c_d * smallest**4 / norm_W**8 * d**2


PLANTED_SAMPLES = at_planted(samples(planted_sigma_min))
PROBABILITY = 1 - 1 / n - 2 * n * exp(-gamma_1 * sqrt(d))

C22 = Erratum(
    "C22",
    "gap",
    "The proofs use sigma_min(W) <= |w_l| <= w_max, which fails for k > d: m stacked identities have "
    "sigma_min = sqrt(m) and unit rows.",
    "sigma_min <= sigma_max and sigma_max >= w_min suffice: n / d^2 <= c_0 / w_min^4.",
)


def _spectrum(id: str, title: str, smallest: Expr, case: Hypothesis, centred: str, *errata: Erratum) -> Statement:
    return Statement(
        id=id,
        kind="proposition",
        title=title,
        source=source("Proposition 7.4", "(7.10)", "(7.11)", "(7.12)", "(7.13)"),
        setting=ANY_WEIGHTS,
        hypotheses=(
            SECOND_DERIVATIVE,
            MEAN_SLOPE,
            case,
            GAUSSIAN,
            *BOUNDED_NETWORK,
            WIDE,
            AT_LEAST_D,
            Hypothesis("n_at_most", "data", at_most(n, samples(smallest))),
        ),
        claims=(
            claim("smallest", sigma_min_J, at_least(sigma_min_J, c * smallest * d)),
            claim("largest", norm_J, at_most(norm_J, C * norm_W * sqrt(n * k))),
        ),
        probability=PROBABILITY,
        constants=open_constants(c, C, c_d, gamma_1),
        uses=("sjl17.asm2_3", "sjl17.prop7_1", "sjl17.prop7_1_upper", centred),
        errata=errata,
        orders=(Order("sample size", {d: 2, norm_W: -8, **dict.fromkeys(smallest.free_symbols, 4)}, side="upper"),),
    )


prop7_4 = _spectrum(
    "sjl17.prop7_4",
    "Spectrum of the Jacobian",
    sigma_min_W,
    CURVED,
    prop7_2.id,
    Erratum(
        "C35",
        "misprint",
        "(7.10) is printed with stars although the statement is about (v, W); (C.2) loses |phi'(0)|; after (C.10) "
        "'k <= d' should be d <= k and L^2 should be L^4.",
        "Read so; 1/w_min becomes |phi'(0)| / w_min in the constant of (7.13).",
    ),
    C22,
)
prop7_4_uncurved = _spectrum(
    "sjl17.prop7_4_uncurved",
    "Spectrum of the Jacobian where E phi'' vanishes (Proposition 7.4, case b)",
    Integer(1),
    UNCURVED,
    rem7_3.id,
    C34,
)

# What (7.7) leaves of the square of the floor, and what (7.4) takes away, in units of sigma_min(W)^2 d^2, with
# d <= n <= (7.11): the term in n, then twice the term in d sqrt(n). Rows are at most w_max and at least w_min.
_UNITS = sigma_min_W**2 * d**2
_LARGEST_N = samples(sigma_min_W)
_KEPT = CENTRED_FLOOR.subs(sigma_min_DGW, v_min * gamma_min * sigma_min_W) ** 2 / _UNITS
_LOST_N = mean_factor(16) * _LARGEST_N * SLOPE_SCALE**2 / _UNITS
_LOST_ROOT = (2 * c_mean * d * sqrt(_LARGEST_N) * SLOPE_SCALE**2 / _UNITS).subs(norm_W, row_min_W)


def _tracked(form: Form, title: str, row: Expr, note: str, room: str, proof: str) -> Statement:
    lost = _LOST_N.subs(sigma_min_W, row).subs(norm_W, row_min_W) + _LOST_ROOT
    constant = sqrt(_KEPT - lost)
    return Statement(
        id=f"sjl17.prop7_4.{form}",
        kind="proposition",
        title=title,
        source=source("Proposition 7.4", "(C.4)"),
        form=form,
        improves="sjl17.prop7_4",
        setting=ANY_WEIGHTS,
        hypotheses=tuple(item for item in prop7_4.hypotheses if item is not MEAN_SLOPE),  # superfluous (C17)
        claims=prop7_4.claims,
        probability=PROBABILITY,
        constants=(
            Constant(c, "tracked", constant, f"real for small c_0; {note}"),
            *open_constants(C, c_mean, gamma_1),
            Constant(c_d, "open", note=f"at most of the order of {room}"),
        ),
        uses=("sjl17.prop7_4", "sjl17.prop7_1", "sjl17.prop7_2"),
        instance={c: constant},
        proof=proof,
    )


prop7_4_tracked = _tracked(
    "tracked",
    "Spectrum of the Jacobian with the constant of its printed proof",
    row_max_W,
    "rests on sigma_min(W) <= w_max (C22) and on the constant 1/2 of (7.7) (C32)",
    "(L v_min w_min^3 / w_max)^4 (C.4)",
    "(7.7) and (7.4) with d <= n <= (7.11), sigma_min(W) <= w_max and sigma_max(W) >= w_min.",
)
prop7_4_repaired = _tracked(
    "repaired",
    "Spectrum of the Jacobian with its constant for any width (C22)",
    norm_W,
    "rests on the constant 1/2 of (7.7) (C32)",
    "(L v_min w_min^2)^4, in place of (C.4)",
    "(7.7) and (7.4) with d <= n <= (7.11), sigma_min(W) <= sigma_max(W) and sigma_max(W) >= w_min. Conditional on "
    "(7.7).",
)

_UPPER = KHATRI_RAO_NORM.subs({largest_column: largest_slope_column, norm_factor: norm_X})
SLOPE_COLUMN = smallest(
    sup_dphi * norm_v, slope_at_zero * norm_v + sup_d2phi * norm_v_inf * norm_W * largest_sample_norm
)
jacobian_upper = Statement(
    id="sjl17.d.jacobian_norm",
    kind="proposition",
    title="Norm of the Jacobian for any data, explicit (D11)",
    source=source("Proposition 7.4", "(7.13)"),
    form="sharpened",
    improves="sjl17.prop7_4",
    setting=ANY_WEIGHTS,
    hypotheses=SMOOTH,
    claims=(
        claim("largest", norm_J, at_most(norm_J, _UPPER)),
        claim("slopes", largest_slope_column, at_most(largest_slope_column, SLOPE_COLUMN)),
        claim("explicit", norm_J, at_most(norm_J, _UPPER.subs(largest_slope_column, SLOPE_COLUMN))),
    ),
    uses=("sjl17.d.khatri_rao_norm",),
    proof="The Jacobian is the Khatri-Rao product of D_v phi'(WX) and X; its columns are bounded by B |v| or from 0.",
)

cor7_5 = Statement(
    id="sjl17.cor7_5",
    kind="corollary",
    title="Spectrum of the Khatri-Rao square of Gaussian data",
    source=source("Corollary 7.5", "(7.14)", "(7.15)"),
    hypotheses=(GAUSSIAN, AT_LEAST_D, SAMPLES_QUADRATIC),
    claims=(
        claim("smallest", sigma_min_KR, at_least(sigma_min_KR, c * d)),
        claim("largest", norm_KR, at_most(norm_KR, C * sqrt(n * d))),
    ),
    probability=prop7_2.probability,
    constants=open_constants(c, C, c_d, gamma_1, gamma_2),
    uses=("sjl17.prop7_2",),
    orders=(Order("sample size", {d: 2}, side="upper"),),
)

_KHATRI_RAO = KHATRI_RAO_NORM.subs({largest_column: largest_sample_norm, norm_factor: norm_X})
khatri_rao_square = Statement(
    id="sjl17.d.khatri_rao_square",
    kind="corollary",
    title="Norm of the Khatri-Rao square of any data (D12)",
    source=source("Corollary 7.5"),
    form="sharpened",
    improves="sjl17.cor7_5",
    claims=(claim("largest", norm_KR, at_most(norm_KR, _KHATRI_RAO)),),
    uses=("sjl17.d.khatri_rao_norm",),
    proof="Schur's bound with both factors X.",
)
_GAUSSIAN_KR = _KHATRI_RAO.subs({norm_X: GAUSSIAN_NORM, largest_sample_norm: GAUSSIAN_SAMPLES})
cor7_5_sharpened = Statement(
    id="sjl17.cor7_5.sharpened",
    kind="corollary",
    title="Norm of the Khatri-Rao square of Gaussian data with its constant (D12)",
    source=source("Corollary 7.5"),
    form="sharpened",
    improves="sjl17.cor7_5",
    hypotheses=(GAUSSIAN, AT_LEAST_D),
    claims=(claim("largest", norm_KR, at_most(norm_KR, _GAUSSIAN_KR)),),
    probability=1 - GAUSSIAN_NORM_FAILURE - GAUSSIAN_SAMPLES_FAILURE,
    constants=(Constant(C, "tracked", _GAUSSIAN_KR / sqrt(n * d), "in the printed upper bound"),),
    uses=("sjl17.d.khatri_rao_square",),
    proof="|X| <= 3 sqrt(n) and max |x_i| <= sqrt(2d) for Gaussian data with n >= d.",
)

STATEMENTS = (
    prop7_4,
    prop7_4_uncurved,
    prop7_4_tracked,
    prop7_4_repaired,
    jacobian_upper,
    cor7_5,
    cor7_5_sharpened,
    khatri_rao_square,
)
