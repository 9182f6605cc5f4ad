"""Smooth activations: Theorems 6.2 and 2.1 with their tracked and sharpened forms, Corollary 2.2."""

from __future__ import annotations

from sympy import Expr, Ge, Symbol, exp, sqrt

from boundkit.papers.os19 import covariance, initialisation, meta_smooth
from boundkit.papers.os19.chain import Conclusion, drop_path_claim, smooth_chain, substitute
from boundkit.papers.os19.descent import path, potential, rate
from boundkit.papers.os19.errata import C1, C3, C4, C7
from boundkit.papers.os19.model import (
    BOUNDED_SMOOTH,
    EVEN_WIDTH,
    FULL_RANK_KR,
    GENERIC,
    HALF,
    NETWORK_NORM,
    NONZERO_MEAN,
    POSITIVE_LAMBDA,
    SMOOTH,
    SMOOTH_ACTIVATION,
    STEP_FRACTION,
    UNIT_ROWS,
    setting,
    source,
)
from boundkit.statement import Constant, Erratum, Form, Hypothesis, Kind, Order, Statement
from boundkit.statement.vocabulary import (
    B,
    c,
    d,
    delta,
    eta_bar,
    k,
    kappa,
    kappa_tilde,
    lambda_,
    mu_phi,
    n,
    norm_X,
    norm_y,
    sigma_min_KR,
    sup_d2phi,
    sup_dphi,
)

CEILING = eta_bar / 2
QUADRATIC = {lambda_: mu_phi**2 * sigma_min_KR**2}
PROBABILITY = 1 - 1 / n - exp(-(delta**2) * n / (2 * norm_X**2))
B_AT_LEAST_ONE = Hypothesis("B_at_least_one", "activation", Ge(B, 1))
DATA_LAMBDA = (POSITIVE_LAMBDA,)
DATA_QUADRATIC = (NONZERO_MEAN, FULL_RANK_KR)


def _conclusions(eigenvalue: Expr) -> dict[str, object]:
    """The three printed displays, with `eigenvalue` for lambda."""
    factor = sqrt(32) * sqrt(n) / (norm_y * sqrt(eigenvalue))
    contraction = eta_bar / 32 * eigenvalue / (B**2 * norm_X**2)
    misfit_bound = initialisation.lem6_12.claim("initial_misfit").bound.subs(sup_dphi, B)
    return {
        "claims": (
            rate(contraction, ceiling=CEILING),
            potential(1 / factor, norm_bound=NETWORK_NORM),
            path(factor, norm_bound=NETWORK_NORM),
        ),
        "probability": PROBABILITY,
        "summary": {"rate": contraction, "radius": factor * misfit_bound, "misfit_0": misfit_bound},
    }


def _chain(*, sharpened: bool, refined: bool = False) -> Conclusion:
    return drop_path_claim(
        smooth_chain(
            optimisation=meta_smooth.cor6_11_sharpened if sharpened else meta_smooth.cor6_11,
            spectrum=initialisation.lem6_7_sharpened if refined else initialisation.lem6_7,
            initial_misfit=initialisation.lem6_12_sharpened if refined else initialisation.lem6_12,
            lipschitz_lemma=initialisation.lem6_8,
            norm_lemma=initialisation.lem6_6,
            step_ratio=CEILING,
            bounds=HALF if refined else {sup_dphi: B, sup_d2phi: B},
        )
    )


TRACKED = _chain(sharpened=False)
SHARPENED = _chain(sharpened=True)
REFINED = _chain(sharpened=True, refined=True)


def small_b_factor(conclusion: Conclusion, eigenvalue: Expr) -> Expr:
    """The universal constant c of the printed width that the chain supports for B >= 1."""
    ratio = conclusion.width[0].relation.rhs / ((1 + delta) * B**2 * sqrt(n) * norm_X / eigenvalue)
    return ratio.subs({B: 1, delta: 0})


C_TRACKED = small_b_factor(TRACKED, lambda_)
C_SHARPENED = small_b_factor(SHARPENED, lambda_)
IMPLIED = "Implied by the sharpened form: its width has 1 + (1 + delta) B, at most 2 (1 + delta) B when B >= 1."


def _derived(
    *,
    parent: str,
    form: Form,
    title: str,
    label: str,
    conclusion: Conclusion,
    data: tuple[Hypothesis, ...],
    proof: str,
) -> Statement:
    bounds = BOUNDED_SMOOTH if form != "refined" else (UNIT_ROWS, SMOOTH_ACTIVATION)
    norm = NETWORK_NORM if form != "refined" else NETWORK_NORM.subs(B, sup_dphi)
    known = {"tracked": (Constant(c, "tracked", C_TRACKED, "in the printed width, for B >= 1"),)}
    return Statement(
        id=f"{parent}.{form}",
        kind="theorem" if parent.endswith("2_1") else "meta-theorem",
        title=title,
        source=source(label),
        form=form,
        improves=parent,
        setting=setting(step_ratio=CEILING, norm_bound=norm),
        hypotheses=(*bounds, *data, STEP_FRACTION, EVEN_WIDTH, *conclusion.width),
        claims=conclusion.claims,
        probability=conclusion.probability,
        constants=known.get(form, (Constant(c, "tracked", C_SHARPENED, "in the printed width, for B >= 1"),)),
        uses=conclusion.uses,
        summary=conclusion.summary,
        certificate=meta_smooth.cert_smooth.id,
        proof=proof,
    )


def _iterations(scaling: dict[Symbol, int], regime: str) -> Order:
    return Order("iterations", {n: 1, d: -1, **dict.fromkeys(scaling, -1)}, regime=f"{regime}; times log(1/epsilon)")


def _printed(
    *,
    id: str,
    kind: Kind,
    title: str,
    label: str,
    equation: str,
    width: Expr,
    eigenvalue: Expr,
    data: tuple[Hypothesis, ...],
    errata: tuple[Erratum, ...],
    uses: tuple[str, ...],
    scaling: dict[Symbol, int],
    regime: str,
    repaired: bool = False,
) -> Statement:
    constant = Constant(c, "tracked", C_SHARPENED) if repaired else Constant(c, "open")
    relation = Ge(sqrt(k * d), width.subs(c, C_SHARPENED) if repaired else width)
    return Statement(
        id=f"{id}.repaired" if repaired else id,
        kind=kind,
        title=title,
        source=source(label, equation),
        form="repaired" if repaired else "printed",
        improves=id if repaired else None,
        setting=SMOOTH,
        hypotheses=(
            *BOUNDED_SMOOTH,
            *((B_AT_LEAST_ONE, EVEN_WIDTH) if repaired else ()),
            *data,
            STEP_FRACTION,
            Hypothesis("width", "width", relation),
        ),
        constants=(constant,),
        orders=(Order("width", {n: 2, **scaling, d: -1}, regime=regime), _iterations(scaling, regime)),
        uses=uses,
        errata=errata,
        certificate=meta_smooth.cert_smooth.id,
        proof=IMPLIED if repaired else "",
        **_conclusions(eigenvalue),  # type: ignore[arg-type]
    )


_USES_6_2 = ("os19.cor6_11", "os19.lem6_6", "os19.lem6_7", "os19.lem6_8", "os19.lem6_12")
_THM6_2 = {
    "id": "os19.thm6_2",
    "kind": "meta-theorem",
    "label": "Theorem 6.2",
    "equation": "(6.2)",
    "width": c * B**2 * (1 + delta) * kappa_tilde * n,
    "eigenvalue": lambda_,
    "data": DATA_LAMBDA,
    "scaling": {lambda_: -2},
    "regime": "|X|^2 of order n/d",
}
_THM2_1 = {
    "id": "os19.thm2_1",
    "kind": "theorem",
    "label": "Theorem 2.1",
    "equation": "(2.2)",
    "width": c * B**2 / mu_phi**2 * (1 + delta) * kappa * n,
    "eigenvalue": mu_phi**2 * sigma_min_KR**2,
    "data": DATA_QUADRATIC,
    "scaling": {},
    "regime": GENERIC,
}

thm6_2 = _printed(
    title="Global convergence for smooth activations in terms of lambda(X)",
    errata=(
        C1,
        C3,
        C4,
        C7,
        Erratum(
            "C16",
            "misprint",
            "Two cross-references are off: (6.6) should be (6.18), and the proofs are in sections 6.6 and 6.7.",
            "Read them so.",
        ),
    ),
    uses=_USES_6_2,
    **_THM6_2,
)
thm2_1 = _printed(
    title="Global convergence for smooth activations",
    errata=(
        C1,
        C3,
        C4,
        Erratum(
            "C5",
            "unstated hypothesis",
            "mu_phi may be negative in the radius and path bounds; where it vanishes (odd activations such as tanh) or "
            "where n > d(d+1)/2 no width satisfies (2.2).",
            "Use |mu_phi|; where it vanishes use Theorem 6.2.",
        ),
        Erratum(
            "C6",
            "misprint",
            "The discussion compares the squared number of parameters with n.",
            "The condition is sqrt(kd) of order n: the number of parameters is of order n^2.",
        ),
        C7,
    ),
    uses=("os19.thm6_2", "os19.lem6_4"),
    **_THM2_1,
)
thm6_2_repaired = _printed(
    title="Theorem 6.2 with B >= 1 and its constant",
    errata=(),
    uses=("os19.thm6_2", *SHARPENED.uses),
    repaired=True,
    **_THM6_2,
)
thm2_1_repaired = _printed(
    title="Theorem 2.1 with B >= 1 and its constant",
    errata=(),
    uses=("os19.thm6_2.repaired", "os19.lem6_4"),
    repaired=True,
    **_THM2_1,
)

_FORMS: dict[Form, tuple[Conclusion, str, str]] = {
    "tracked": (
        TRACKED,
        "along the paper's own proof",
        "Corollary 6.11 as quoted, with Lemmas 6.6, 6.7, 6.8, 6.12.",
    ),
    "sharpened": (SHARPENED, "with the sharpened Corollary 6.11", "As the tracked form, through D1 and D2."),
    "refined": (
        REFINED,
        "with sup|phi''|, the true variance and the exact Chernoff exponent",
        "As the sharpened form, with D6 and D7 and separate bounds on the two derivatives.",
    ),
}
DERIVED_6_2 = tuple(
    _derived(
        parent="os19.thm6_2",
        form=form,
        title=f"Theorem 6.2 {words}",
        label="Theorem 6.2",
        conclusion=conclusion,
        data=DATA_LAMBDA,
        proof=proof,
    )
    for form, (conclusion, words, proof) in _FORMS.items()
)
DERIVED_2_1 = tuple(
    _derived(
        parent="os19.thm2_1",
        form=form,
        title=f"Theorem 2.1 {words}",
        label="Theorem 2.1",
        conclusion=substitute(conclusion, QUADRATIC, uses=(covariance.lem6_4.id,)),
        data=DATA_QUADRATIC,
        proof=f"{proof} Then lambda >= mu_phi^2 sigma_min(X*X)^2 by Lemma 6.4.",
    )
    for form, (conclusion, words, proof) in _FORMS.items()
)

STATEMENTS = (thm2_1, thm2_1_repaired, *DERIVED_2_1, thm6_2, thm6_2_repaired, *DERIVED_6_2)
