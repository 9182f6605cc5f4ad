"""Covariances through Hermite expansions and Khatri-Rao powers of the data (Appendix H).

The degree r of the paper's Lemma H.1 is `power - 1` here: the power of X and not of the expansion is the parameter.
"""

from __future__ import annotations

from sympy import Eq, Expr, Ge, Integer, Lt, Max, sqrt

from boundkit.papers.os19.covariance import eigenvalue_bound
from boundkit.papers.os19.model import UNIT_ROWS, source
from boundkit.statement import Claim, Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import n, rho_max, tightness
from boundkit.statement.words.features import (
    hermite_coefficient_dphi_below,
    power_sum,
    second_moment_phi,
    tail_mass,
    tail_mass_dphi,
    tail_start,
)
from boundkit.statement.words.shared import hermite_coefficient, lambda_out, power, sigma_min_power


def feature_eigenvalue(bound: Expr) -> Claim:
    """A lower bound on the smallest eigenvalue of the feature covariance, observed on data."""
    return Claim(
        "feature_eigenvalue",
        lambda_out,
        Ge(lambda_out, tightness * bound),
        "data",
        twin=2 * second_moment_phi / bound,
        twin_reason="the smallest eigenvalue is at most the diagonal entry E phi(g)^2 of the covariance",
    )


lemH_1 = Statement(
    id="os19.lemH_1",
    kind="lemma",
    title="Jacobian covariance through one Khatri-Rao power of the data",
    source=source("Lemma H.1", "(H.1)", "(H.2)"),
    hypotheses=(UNIT_ROWS,),
    claims=(eigenvalue_bound(hermite_coefficient_dphi_below**2 * sigma_min_power**2),),
    uses=("os19.def6_1",),
    errata=(
        Erratum(
            "C21",
            "misprint",
            "In (H.1) and in the sentence before Lemma H.1 the Hermite coefficients are printed with argument phi.",
            "They are the coefficients of phi', as the proof and (H.2) show.",
        ),
    ),
)

lemH_1_sharpened = Statement(
    id="os19.lemH_1.sharpened",
    kind="lemma",
    title="Jacobian covariance through all Khatri-Rao powers of the data together (D17)",
    source=source("Lemma H.1", "(H.1)"),
    form="sharpened",
    improves=lemH_1.id,
    hypotheses=(UNIT_ROWS,),
    claims=(eigenvalue_bound(power_sum),),
    uses=(lemH_1.id,),
    proof="The smallest eigenvalue of a sum of symmetric matrices is at least the sum of the smallest eigenvalues.",
)

hermite_shift = Statement(
    id="os19.d.hermite_shift",
    kind="lemma",
    title="Hermite coefficients of phi' from those of phi, and Lemma H.1 with them (D21)",
    source=source("Lemma H.1"),
    form="refined",
    improves=lemH_1.id,
    hypotheses=(UNIT_ROWS,),
    claims=(
        Claim(
            "coefficient",
            hermite_coefficient_dphi_below,
            Eq(hermite_coefficient_dphi_below, tightness * sqrt(power) * hermite_coefficient),
            "data",
            twin=Integer(2),
            twin_reason="the twin asks for twice the value",
        ),
        eigenvalue_bound(power * hermite_coefficient**2 * sigma_min_power**2),
    ),
    uses=(lemH_1.id,),
    proof="Stein's identity: E[phi'(g) h_r(g)] = E[phi(g) (g h_r(g) - h_r'(g))] = sqrt(r + 1) E[phi(g) h_{r+1}(g)].",
)

lemH_2 = Statement(
    id="os19.lemH_2",
    kind="lemma",
    title="Feature covariance through one Khatri-Rao power of the data",
    source=source("Lemma H.2", "(H.3)", "(H.4)"),
    hypotheses=(UNIT_ROWS,),
    claims=(feature_eigenvalue(hermite_coefficient**2 * sigma_min_power**2),),
    uses=("os19.def3_1",),
)


def _dominance(power_from: Expr) -> Expr:
    """Gershgorin: what is left of the unit diagonal in Hadamard powers of the Gram matrix from this one on."""
    return Max(0, 1 - (n - 1) * rho_max**power_from)


lambda_gersh = Statement(
    id="os19.d.lambda_gersh",
    kind="lemma",
    title="Covariances of incoherent data through a Hermite tail, for every activation (D17b)",
    source=source("Lemma H.1"),
    form="sharpened",
    improves=lemH_1.id,
    hypotheses=(UNIT_ROWS, Hypothesis("not_parallel", "data", Lt(rho_max, 1))),
    claims=(
        eigenvalue_bound(tail_mass_dphi * _dominance(tail_start + 1)),
        feature_eigenvalue(tail_mass * _dominance(tail_start)),
    ),
    uses=(lemH_1.id, lemH_2.id),
    proof=(
        "Every Hadamard power s of the Gram matrix has unit diagonal and off-diagonal rows that sum to at most "
        "(n - 1) rho^s, so by Gershgorin's theorem its smallest eigenvalue is at least 1 - (n - 1) rho^s; add the "
        "powers of the expansion from degree R on."
    ),
)

STATEMENTS = (lemH_1, lemH_1_sharpened, hermite_shift, lemH_2, lambda_gersh)
