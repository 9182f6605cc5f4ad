"""Theorems 2.1, 2.3 and 2.5 with other lemmas in their proofs: what each improvement buys."""

from __future__ import annotations

from sympy import Expr, Ge, Gt, Integer

from boundkit.papers.os19 import (
    covariance,
    flips,
    indicator,
    initialisation,
    meta_nonsmooth,
    meta_smooth,
    powers,
    relu,
    separated,
    smooth,
)
from boundkit.papers.os19.chain import Conclusion, drop_path_claim, relu_chain, smooth_chain, substitute
from boundkit.papers.os19.model import BOUNDED_SMOOTH, EVEN_WIDTH, HALF, STEP_FRACTION
from boundkit.statement import Hypothesis, Statement
from boundkit.statement.chain import Chain
from boundkit.statement.vocabulary import B, delta, lambda_, sup_d2phi, sup_dphi

MISFITS = (initialisation.lem6_12, initialisation.lem6_12_sharpened)
SPECTRA = (initialisation.lem6_7, initialisation.lem6_7_sharpened)
EIGENVALUES = (
    covariance.lem6_4,
    covariance.lem6_4_sharpened,
    powers.lemH_1,
    powers.hermite_shift,
    powers.lemH_1_sharpened,
    powers.lambda_gersh,
    covariance.def6_1,
)
RELU_EIGENVALUES = (
    covariance.corI_2,
    indicator.corI_2_sharpened,
    covariance.lambda_sep,
    covariance.lambda_sep_refined,
)


def eigenvalue_bound(lemma: Statement) -> Expr:
    """The lower bound on lambda that a lemma claims; lambda itself for its definition.

    >>> eigenvalue_bound(covariance.lem6_4), eigenvalue_bound(covariance.def6_1)
    (mu_phi**2*sigma_min_KR**2, lambda)
    """
    bounds = [claim.bound for claim in lemma.claims if claim.observable == lambda_ and isinstance(claim.relation, Ge)]
    return bounds[0] if bounds else lambda_


def _theorem(parent: Statement, base: Statement, conclusion: Conclusion, eigenvalue: Statement) -> Statement:
    """`parent` with the chain's conclusion, for the data and activations that the lemmas allow."""
    bound = eigenvalue_bound(eigenvalue)
    swapped = substitute(conclusion, {lambda_: bound}, uses=(eigenvalue.id,))
    positive = Hypothesis("eigenvalue_positive", "data", Gt(bound, 0, evaluate=False))
    conditions = (*(BOUNDED_SMOOTH if parent is smooth.thm2_1 else relu.BASE), *eigenvalue.hypotheses, positive)
    return Statement(
        id=f"{parent.id}[{', '.join(swapped.uses)}]",
        kind=parent.kind,
        title=f"{parent.title}, lemmas swapped",
        source=parent.source,
        form="tracked",
        improves=parent.id,
        setting=base.setting,
        hypotheses=(*{item.label: item for item in conditions}.values(), STEP_FRACTION, EVEN_WIDTH, *swapped.width),
        claims=swapped.claims,
        probability=swapped.probability,
        uses=swapped.uses,
        summary=swapped.summary,
        certificate=base.certificate,
        proof="The chain of the tracked form with other lemmas in their places.",
    )


def _smooth(*, eigenvalue: Statement, misfit: Statement, chernoff: Statement, descent: Statement) -> Statement:
    conclusion = smooth_chain(
        optimisation=descent,
        spectrum=chernoff,
        initial_misfit=misfit,
        lipschitz_lemma=initialisation.lem6_8,
        norm_lemma=initialisation.lem6_6,
        step_ratio=smooth.CEILING,
        bounds={sup_dphi: B, sup_d2phi: B},
    )
    return _theorem(smooth.thm2_1, smooth.DERIVED_2_1[0], drop_path_claim(conclusion), eigenvalue)


def _relu(parent: Statement, *, eigenvalue: Statement, misfit: Statement, chernoff: Statement) -> Statement:
    conclusion = relu_chain(
        optimisation=meta_nonsmooth.thm6_13,
        spectrum=chernoff,
        initial_misfit=misfit,
        drift_lemma=flips.lem6_9_repaired,
        norm_lemma=initialisation.lem6_6,
        step_ratio=relu.CEILING,
        bounds={sup_dphi: Integer(1), **HALF},
        deviation={delta: 2 * delta},
    )
    return _theorem(parent, relu.thm2_3_tracked, conclusion, eigenvalue)


def _relu_khatri_rao(**lemmas: Statement) -> Statement:
    return _relu(relu.thm2_3, **lemmas)


def _relu_separated(**lemmas: Statement) -> Statement:
    return _relu(separated.thm2_5, **lemmas)


_EVENTS = {"misfit": MISFITS, "chernoff": SPECTRA}
CHAINS = (
    Chain(
        smooth.thm2_1.id,
        {"eigenvalue": EIGENVALUES, **_EVENTS, "descent": (meta_smooth.cor6_11, meta_smooth.cor6_11_sharpened)},
        _smooth,
    ),
    Chain(relu.thm2_3.id, {"eigenvalue": EIGENVALUES, **_EVENTS}, _relu_khatri_rao),
    Chain(separated.thm2_5.id, {"eigenvalue": (*RELU_EIGENVALUES, covariance.def6_1), **_EVENTS}, _relu_separated),
)
