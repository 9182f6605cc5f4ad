"""The Jacobian of the network: Lemmas 6.9 to 6.12 and Theorem B.1, and bounds in the norm of the output weights."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, sqrt

from boundkit.papers.ofls19.model import AT_ANY_WEIGHTS, AT_START, BOUNDED_SMOOTH, halved, observed, source
from boundkit.papers.ofls19.relations import at_most, equal, smallest
from boundkit.papers.os19 import covariance, initialisation
from boundkit.papers.os19.model import FIRST_DERIVATIVE, INITIALISATION
from boundkit.statement import Claim, Erratum, Statement
from boundkit.statement.statement import Experiment
from boundkit.statement.vocabulary import (
    B,
    jacobian_drift,
    k,
    n,
    norm_J,
    norm_v_inf,
    norm_X,
    sup_d2phi,
    sup_dphi,
    tightness,
    weight_change,
)
from boundkit.statement.words.generalisation import kernel_norm, mean_gram_norm, output_variance
from boundkit.statement.words.generalisation_lemmas import (
    gradient_row,
    hidden_change_row,
    joint_drift,
    joint_norm,
    output_column,
    output_gradient_entry,
    output_norm,
    output_weight_change,
)
from boundkit.statement.words.landscape import frobenius_W, row_max_W, weight_change_spectral
from boundkit.statement.words.shared import K, sup_phi_0

BOUNDED_SLOPE = FIRST_DERIVATIVE
_B = {sup_dphi: B, sup_d2phi: B}


def _in_B(item: Claim) -> Claim:
    """A claim of the earlier paper with the common bound B on both derivatives."""
    return replace(item, template=item.template.subs(_B), twin=item.twin.subs(_B))


def _gradient_rows(bound: Expr, experiment: Experiment) -> Claim:
    """A bound on the rows of the gradient for a unit residual."""
    return observed(
        "gradient_rows",
        gradient_row,
        at_most(gradient_row, bound / tightness),
        experiment=experiment,
        twin=10 * norm_X * B / sup_dphi,
        reason="some unit sees a sample with a slope near the largest",
        chance="surely",
    )


_ROW = B * norm_v_inf * norm_X

lem6_9 = Statement(
    id="ofls19.lem6_9",
    kind="lemma",
    title="Jacobian of a network with one output: norm, rows of the gradient, Lipschitz constant",
    source=source("Lemma 6.9", "(6.30)"),
    setting=INITIALISATION,
    hypotheses=BOUNDED_SMOOTH,
    claims=(
        _in_B(initialisation.lem6_6.claim("jacobian_norm")),
        _gradient_rows(_ROW, "moves"),
        _in_B(initialisation.lem6_8.claim("lipschitz")),
    ),
    uses=("os19.lem6_6", "os19.lem6_8"),
)


def _multiclass(norm: Expr, lipschitz: Expr, row: Expr) -> tuple[Claim, ...]:
    return (
        observed(
            "jacobian_norm",
            norm_J,
            at_most(norm_J, norm / tightness),
            experiment="weights",
            twin=2 * norm / gradient_row,
            reason="the largest row of a gradient is a part of the Jacobian",
            chance="surely",
        ),
        _gradient_rows(row, "weights"),
        observed(
            "lipschitz",
            jacobian_drift,
            at_most(jacobian_drift, lipschitz / tightness),
            experiment="weights",
            twin=10 * norm_X * B / sup_d2phi,
            reason="moving the unit whose slope changes most along a sample attains the bound up to |X|",
            chance="surely",
        ),
    )


_STACKED_ROW = sqrt(K) * _ROW

lem6_10 = Statement(
    id="ofls19.lem6_10",
    kind="lemma",
    title="Jacobian of a network with several outputs: norm, rows of the gradient, Lipschitz constant",
    source=source("Lemma 6.10", "(6.31)"),
    setting=AT_ANY_WEIGHTS,
    hypotheses=BOUNDED_SMOOTH,
    claims=_multiclass(_STACKED_ROW, _STACKED_ROW * weight_change, _STACKED_ROW),
    uses=("ofls19.lem6_9",),
    errata=(
        Erratum(
            "C22",
            "extraction",
            "The available text bounds the Jacobian with sqrt(K); random networks exceed that bound several times.",
            "sqrt(k K), as in Theorem B.1 and as Lemma 6.19 uses it; a letter may have been lost in the extraction.",
        ),
    ),
)

_NORM = lem6_9.claim("jacobian_norm").bound * sqrt(K)  # K blocks, each bounded by the lemma for one output

lem6_10_repaired = replace(
    lem6_10,
    id="ofls19.lem6_10.repaired",
    title="Jacobian of a network with several outputs, with the factor sqrt(k K) in its norm",
    form="repaired",
    improves="ofls19.lem6_10",
    claims=_multiclass(_NORM, _STACKED_ROW * weight_change, _STACKED_ROW),
    uses=("ofls19.lem6_9", "ofls19.lem6_10"),
    errata=(),
    proof="The K blocks of the Jacobian are each bounded by Lemma 6.9, and stacking K matrices costs sqrt(K).",
)

lem6_10_sharpened = replace(
    lem6_10,
    id="ofls19.lem6_10.sharpened",
    title="Jacobian bounds in the spectral norm of the output weights (derived.jacnorm)",
    form="sharpened",
    improves="ofls19.lem6_10",
    claims=_multiclass(
        B * norm_X * output_norm,
        B * norm_X * smallest(output_column * weight_change_spectral, output_norm * hidden_change_row),
        B * norm_X * output_column,
    ),
    uses=("ofls19.lem6_10.repaired", "ofls19.lem6_12"),
    errata=(),
    proof=(
        "J J^T is the sum over units s of V_s V_s^T tensor D_s XX^T D_s with |D_s| <= B, hence at most "
        "B^2 |X|^2 V V^T tensor I. For the change of the Jacobian D_s holds the differences of phi', at most "
        "B |x_i^T (w_s - w'_s)|: bound either D_s by B times the change of the row, or, for a unit residual u, sum "
        "|V_s|^2 over the units against the spectral norm of W - W'. Row s of the gradient is X^T D_s (u V_s) with "
        "u as an n x K matrix of norm at most one."
    ),
)

ZERO_MEAN = "random signs, or other independent entries of mean zero, fixed"

lem6_11 = Statement(
    id="ofls19.lem6_11",
    kind="lemma",
    title="Gram matrix of the Jacobian and its mean: k Var(V) times the multiclass kernel",
    source=source("Lemma 6.11"),
    setting=replace(AT_START, output_weights=ZERO_MEAN),
    hypotheses=(BOUNDED_SLOPE,),
    claims=(halved("mean_gram", mean_gram_norm, equal(mean_gram_norm, k * output_variance * kernel_norm), "kernels"),),
)

lem6_12 = Statement(
    id="ofls19.lem6_12",
    kind="lemma",
    title="Eigenvalues of Hadamard products (Schur)",
    source=source("Lemma 6.12"),
    claims=covariance.lem6_5.claims,
    uses=("os19.lem6_5",),
)

_HIDDEN = sqrt(K * k) * norm_v_inf
_JOINT_DRIFT = B * norm_X * (sqrt(K * k) * output_weight_change + sqrt(K) * norm_v_inf * weight_change + weight_change)


def _joint(at_zero: Expr) -> tuple[Claim, ...]:
    """`at_zero` is the value |phi(0)| that the features of zero weights have."""
    norm = B * norm_X * (frobenius_W + _HIDDEN) + at_zero * sqrt(n * k)
    entry = B * row_max_W * norm_X + at_zero * sqrt(n)
    return (
        observed(
            "joint_norm",
            joint_norm,
            at_most(joint_norm, norm / tightness),
            experiment="joint",
            twin=4 * B / sup_dphi,
            reason="equal output weights and zero hidden weights attain the bound where |phi'(0)| is the largest slope",
            chance="surely",
        ),
        _gradient_rows(_STACKED_ROW, "joint"),
        observed(
            "output_gradient",
            output_gradient_entry,
            at_most(output_gradient_entry, entry / tightness),
            experiment="joint",
            twin=4 * B / sup_dphi,
            reason="small weights along the leading direction attain the bound where |phi'(0)| is the largest slope",
            chance="surely",
        ),
        observed(
            "joint_drift",
            joint_drift,
            at_most(joint_drift, _JOINT_DRIFT / tightness),
            experiment="joint",
            twin=4 * B / sup_dphi,
            reason="changing all output weights alike at zero weights attains the bound where |phi'(0)| is",
            chance="surely",
        ),
    )


thmB_1 = Statement(
    id="ofls19.thmB_1",
    kind="theorem",
    title="Jacobian with both layers trained: norm, rows, Lipschitz constants",
    source=source("Theorem B.1"),
    setting=AT_ANY_WEIGHTS,
    hypotheses=BOUNDED_SMOOTH,
    claims=_joint(0 * B),
    uses=("ofls19.lem6_10.repaired",),
    errata=(
        Erratum(
            "C40",
            "false as printed",
            "The bounds on the norm and on the output gradient use |phi(X W^T)| <= B |X| |W|_F, which needs "
            "phi(0) = 0: softplus at W = 0, V = 0 has a Jacobian of norm log(2) sqrt(n k) and the right side is 0.",
            "Add |phi(0)| sqrt(n k) and |phi(0)| sqrt(n); the Lipschitz bound holds for any phi(0).",
        ),
    ),
)

thmB_1_repaired = replace(
    thmB_1,
    id="ofls19.thmB_1.repaired",
    title="Jacobian with both layers trained, for any value of the activation at zero",
    form="repaired",
    improves="ofls19.thmB_1",
    claims=_joint(sup_phi_0),
    uses=("ofls19.lem6_10.repaired", "ofls19.thmB_1"),
    errata=(),
    proof="phi(z) = phi(0) + (phi(z) - phi(0)); the first part is a constant n x k matrix, the second at most B |z|.",
)

STATEMENTS = (
    lem6_9,
    lem6_10,
    lem6_10_repaired,
    lem6_10_sharpened,
    lem6_11,
    lem6_12,
    thmB_1,
    thmB_1_repaired,
)
