"""The covariance of the Jacobian and lower bounds on its smallest eigenvalue (sections 6.1, 6.3, Appendix I)."""

from __future__ import annotations

from sympy import Expr, Ge, Gt, Le, log, pi, sqrt

from boundkit.papers.os19.model import RELU_ACTIVATION, SEPARATED, UNIT_ROWS, source
from boundkit.statement import Claim, Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import (
    lambda_,
    lambda_max_factor,
    lambda_max_hadamard,
    lambda_min_factor,
    lambda_min_hadamard,
    max_diagonal,
    min_diagonal,
    mu_phi,
    mu_phi_tilde,
    n,
    rho_max,
    second_moment_dphi,
    separation,
    sigma_min_KR,
    sigma_min_X,
    tightness,
)

_DIAGONAL = "lambda is at most the diagonal entry E phi'(g)^2 of the covariance"


def eigenvalue_bound(bound: Expr, label: str = "eigenvalue") -> Claim:
    """A lower bound on lambda, observed on data."""
    return Claim(
        label=label,
        observable=lambda_,
        template=Ge(lambda_, tightness * bound),
        experiment="data",
        twin=2 * second_moment_dphi / bound,
        twin_reason=_DIAGONAL,
    )


asm1 = Statement(
    id="os19.asm1",
    kind="assumption",
    title="Separated data: no two samples nearly parallel",
    source=source("Assumption 1"),
    hypotheses=(UNIT_ROWS, SEPARATED),
)

def6_1 = Statement(
    id="os19.def6_1",
    kind="definition",
    title="Neural-network covariance and its smallest eigenvalue",
    source=source("Definition 6.1", "(6.16)"),
    hypotheses=(UNIT_ROWS,),
    claims=(
        Claim(
            label="diagonal",
            observable=lambda_,
            template=Le(lambda_, second_moment_dphi / tightness),
            experiment="data",
            twin=2 * second_moment_dphi / (mu_phi_tilde**2 * sigma_min_X**2 + mu_phi**2 * sigma_min_KR**2),
            twin_reason="the twin says half of the lower bound of Lemma 6.4, linear part included",
        ),
    ),
)

lem6_4 = Statement(
    id="os19.lem6_4",
    kind="lemma",
    title="Reduction to the quadratic activation",
    source=source("Lemma 6.4", "(6.4)", "(6.5)"),
    hypotheses=(UNIT_ROWS,),
    claims=(eigenvalue_bound(mu_phi**2 * sigma_min_KR**2),),
    uses=("os19.lem6_5",),
    errata=(
        Erratum(
            "C14",
            "unstated hypothesis",
            "Unit rows are used (each w^T x_i is standard normal) but not listed; in the quadratic case W^T stands "
            "for X^T, and (B.2) lacks the vector of ones.",
            "The rows of X have unit norm; the conclusion is right as printed then.",
        ),
    ),
)

lem6_4_sharpened = Statement(
    id="os19.lem6_4.sharpened",
    kind="lemma",
    title="Reduction to the linear and quadratic parts together (D17)",
    source=source("Lemma 6.4", "(6.4)"),
    form="sharpened",
    improves="os19.lem6_4",
    hypotheses=(UNIT_ROWS,),
    claims=(eigenvalue_bound(mu_phi_tilde**2 * sigma_min_X**2 + mu_phi**2 * sigma_min_KR**2),),
    uses=("os19.lem6_4",),
    proof="The smallest eigenvalue of a sum of symmetric matrices is at least the sum of the smallest eigenvalues.",
)

lem6_5 = Statement(
    id="os19.lem6_5",
    kind="lemma",
    title="Eigenvalues of Hadamard products (Schur)",
    source=source("Lemma 6.5"),
    claims=(
        Claim(
            label="smallest",
            observable=lambda_min_hadamard,
            template=Ge(lambda_min_hadamard, tightness * min_diagonal * lambda_min_factor),
            experiment="matrices",
            twin=2 * max_diagonal * lambda_max_factor / (min_diagonal * lambda_min_factor),
            twin_reason="the smallest eigenvalue is at most any diagonal entry A_ii B_ii",
        ),
        Claim(
            label="largest",
            observable=lambda_max_hadamard,
            template=Le(lambda_max_hadamard, max_diagonal * lambda_max_factor / tightness),
            experiment="matrices",
            twin=2 * max_diagonal * lambda_max_factor / (min_diagonal * lambda_min_factor),
            twin_reason="the largest eigenvalue is at least any diagonal entry A_ii B_ii",
        ),
    ),
)

corI_2 = Statement(
    id="os19.corI_2",
    kind="corollary",
    title="ReLU covariance of separated data",
    source=source("Corollary I.2", "(I.1)", "(I.4)"),
    hypotheses=(UNIT_ROWS, RELU_ACTIVATION, SEPARATED),
    claims=(eigenvalue_bound(separation / (100 * n**2)),),
    uses=("os19.lem6_5", "os19.thmI_1"),
)

PAIRS = Hypothesis("two_samples", "data", Ge(n, 2))
NOT_PARALLEL = Hypothesis("separated", "data", Gt(separation, 0))
NOT_ORTHOGONAL = Hypothesis("coherent", "data", Gt(rho_max, 0))
STEP_TAIL = sqrt(2 / pi) / (4 * pi)

lambda_sep = Statement(
    id="os19.d.lambda_sep",
    kind="lemma",
    title="ReLU covariance of separated data without polynomial loss in n (D14)",
    source=source("Corollary I.2"),
    form="sharpened",
    improves="os19.corI_2",
    hypotheses=(UNIT_ROWS, RELU_ACTIVATION, PAIRS, NOT_PARALLEL),
    claims=(eigenvalue_bound(STEP_TAIL * separation / sqrt(2 * log(2 * (n - 1)) + separation**2), "separation"),),
    uses=("os19.corI_2", "os19.lem6_5"),
    proof=(
        "The squared Hermite coefficients a_r of the step function vanish for even r >= 2 and a_r r^(3/2) decreases "
        "over odd r to c_0 = sqrt(2/pi)/(2 pi), so the tail from odd R on is at least c_0 / sqrt(R). Take R the "
        "smallest odd number with (n - 1) rho^(R+1) <= 1/2: by Gershgorin each Hadamard power r + 1 > R has smallest "
        "eigenvalue at least 1/2, and R <= 1 + log(2(n-1))/log(1/rho), log(1/rho) >= separation^2 / 2."
    ),
)

lambda_sep_refined = Statement(
    id="os19.d.lambda_sep.refined",
    kind="lemma",
    title="The separation bound in terms of the largest correlation (D14, first form)",
    source=source("Corollary I.2"),
    form="refined",
    improves="os19.d.lambda_sep",
    hypotheses=(UNIT_ROWS, RELU_ACTIVATION, PAIRS, NOT_PARALLEL, NOT_ORTHOGONAL),
    claims=(eigenvalue_bound(STEP_TAIL / sqrt(1 + log(2 * (n - 1)) / log(1 / rho_max)), "coherence"),),
    uses=("os19.d.lambda_sep",),
    proof="The last step of the proof of the separation bound is left out.",
)

RELU_MEAN = 1 / sqrt(2 * pi)
STATEMENTS = (asm1, def6_1, lem6_4, lem6_4_sharpened, lem6_5, corI_2, lambda_sep, lambda_sep_refined)
