"""The network and its Jacobian: setting (section 1), identities (section 6.1), row norms (Appendix F)."""

from __future__ import annotations

from sympy import Eq, Expr, Integer, Le, Symbol, floor, sqrt

from boundkit.papers.os19.errata import C1
from boundkit.papers.os19.model import BALANCED, BOUNDED_DERIVATIVE, EVEN_WIDTH, UNIT_ROWS, source
from boundkit.statement import Claim, Erratum, Statement
from boundkit.statement.vocabulary import (
    k,
    lambda_max_hadamard,
    lambda_min_hadamard,
    norm_J,
    norm_v,
    norm_v_inf,
    second_moment_dphi,
    sigma_min_J,
    sup_dphi,
    tightness,
)
from boundkit.statement.words.features import row_norm_J


def _equal(label: str, observable: Symbol, left: Expr, right: Expr) -> Claim:
    return Claim(
        label, observable, Eq(left, tightness * right), "moves", Integer(2), "the twin asks for half the value"
    )


_LARGEST_WEIGHT = _equal("largest_weight", norm_v_inf, norm_v_inf, BALANCED[norm_v_inf])

setup = Statement(
    id="os19.setup",
    kind="definition",
    title="One hidden layer f(x; W) = v^T phi(Wx) with balanced output weights, sum of squares, standard normal W_0",
    source=source("Section 1", "(1.1)", "(2.1)"),
    hypotheses=(EVEN_WIDTH,),
    claims=(_equal("weight_norm", norm_v, norm_v, BALANCED[norm_v]), _LARGEST_WEIGHT),
    errata=(C1,),
)

setup_repaired = Statement(
    id="os19.setup.repaired",
    kind="definition",
    title="Norms of the balanced output weights at every width (C1)",
    source=source("Section 1", "(1.1)"),
    form="repaired",
    improves="os19.setup",
    claims=(
        _equal("weight_norm", norm_v, norm_v, BALANCED[norm_v] * sqrt(2 * floor(k / 2) / k)),
        _LARGEST_WEIGHT,
    ),
    proof="With one zero entry at odd width, 2 floor(k/2) entries have the absolute value |y| / sqrt(kn).",
)

sec6_1 = Statement(
    id="os19.sec6_1",
    kind="lemma",
    title=(
        "The Jacobian (phi'(XW^T) diag(v)) * X: its Gram matrix is A o B with A = phi'(XW^T) diag(v)^2 phi'(WX^T) "
        "and B = XX^T"
    ),
    source=source("Section 6.1", "(6.1)"),
    claims=(
        _equal("smallest", sigma_min_J, sigma_min_J**2, lambda_min_hadamard),
        _equal("largest", norm_J, norm_J**2, lambda_max_hadamard),
    ),
    errata=(
        Erratum(
            "C2",
            "misprint",
            "(6.1) writes the transposed Jacobian as a column-wise Khatri-Rao product although * is defined row-wise, "
            "and Appendix C has the factors diag(v) and phi'(XW^T) in an order whose dimensions do not match.",
            "J(W) = (phi'(XW^T) diag(v)) * X, row-wise; checked against finite differences.",
        ),
    ),
)

appF_row = Statement(
    id="os19.appF_row",
    kind="lemma",
    title="Norms of the rows of the Jacobian",
    source=source("Appendix F"),
    hypotheses=(UNIT_ROWS, BOUNDED_DERIVATIVE),
    claims=(
        Claim(
            "row_norm",
            row_norm_J,
            Le(row_norm_J, sup_dphi * norm_v / tightness),
            "moves",
            twin=10 * sup_dphi / sqrt(second_moment_dphi),
            twin_reason="at the initialisation the mean square of a row is |v|^2 E phi'^2",
        ),
    ),
    uses=("os19.sec6_1",),
)

STATEMENTS = (setup, setup_repaired, sec6_1, appF_row)
