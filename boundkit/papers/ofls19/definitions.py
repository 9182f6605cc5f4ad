"""Information and nuisance spaces, the kernel, the mixture, reference Jacobians, the early stopping value."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, sqrt

from boundkit.papers.ofls19 import jacobian
from boundkit.papers.ofls19.errata import C1, C4
from boundkit.papers.ofls19.model import AT_START, GAMMA, NU, attained, halved, source
from boundkit.papers.ofls19.relations import at_least, at_most, equal
from boundkit.statement import Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import (
    B,
    beta,
    jacobian_drift,
    k,
    misfit_0,
    n,
    norm_J,
    norm_X,
    radius,
    row_norm_deviation,
    weight_change,
)
from boundkit.statement.words.generalisation import (
    cluster_noise,
    clusters,
    cutoff,
    drift_bound,
    gram_deviation,
    information_r0,
    inverse_r0,
    kernel_norm,
    mean_cluster,
    mean_gram_norm,
    nuisance_r0,
    output_variance,
    reference_deviation,
    reference_error,
    reference_norm,
    stopping_distance,
    stopping_value,
)
from boundkit.statement.words.generalisation_lemmas import nuisance_gradient
from boundkit.statement.words.shared import K

CUTOFF_RANGE = Hypothesis("cutoff_range", "parameter", at_most(cutoff, reference_norm))
AT_CUTOFF = "a residual along the singular vector at the cutoff attains the bound"
AT_TOP = "a residual along the leading singular vector attains the bound"
_SPLIT = (
    halved("orthogonal_split", misfit_0, equal(misfit_0**2, information_r0**2 + nuisance_r0**2), "spaces"),
    attained("inverse", inverse_r0, at_most(inverse_r0, information_r0 / cutoff), "spaces", AT_CUTOFF),
    attained("inverse_below", inverse_r0, at_least(inverse_r0, information_r0 / reference_norm), "spaces", AT_TOP),
)

def2_1 = Statement(
    id="ofls19.def2_1",
    kind="definition",
    title="Information and nuisance spaces of a matrix at a cutoff: left singular vectors above and below it",
    source=source("Definition 2.1"),
    hypotheses=(CUTOFF_RANGE,),
    claims=_SPLIT,
    errata=(
        Erratum(
            "C44",
            "extraction",
            "The header of Table 3 shows the transpose of J_I where Tables 1 and 2 have its pseudo-inverse.",
            "The pseudo-inverse, as in Tables 1 and 2.",
        ),
    ),
)

def5_2 = Statement(
    id="ofls19.def5_2",
    kind="definition",
    title="Information and nuisance spaces of the reference Jacobian",
    source=source("Definition 5.2"),
    hypotheses=(CUTOFF_RANGE,),
    claims=_SPLIT,
    uses=("ofls19.def2_1", "ofls19.def5_1"),
    errata=(
        Erratum(
            "C2",
            "misprint",
            "The rank is printed as the minimum of the indices with singular value at least alpha, which is always 1.",
            "The maximum, as in the words of Definition 2.1 and in every proof.",
        ),
    ),
)

eq3_1 = Statement(
    id="ofls19.eq3_1",
    kind="definition",
    title="Classification error: the probability that the largest output is not at the label of a fresh sample",
    source=source("Section 3", "(3.1)"),
)


def _mean_gram(variance: Expr) -> Expr:
    return jacobian.lem6_11.claim("mean_gram").relation.rhs.subs(output_variance, variance)


def3_1 = Statement(
    id="ofls19.def3_1",
    kind="definition",
    title="Multiclass neural tangent kernel: I_K tensor E[phi'(Xw) phi'(Xw)^T] o XX^T",
    source=source("Definition 3.1"),
    setting=replace(AT_START, output_weights=f"{jacobian.ZERO_MEAN}, in units of nu"),
    hypotheses=(
        Hypothesis("output_variance", "parameter", equal(output_variance, NU**2 / K)),
        jacobian.BOUNDED_SLOPE,
    ),
    claims=(
        halved("kernel_norm", kernel_norm, at_most(kernel_norm, B**2 * norm_X**2), "data"),
        halved("mean_gram", mean_gram_norm, equal(mean_gram_norm, NU**2 * kernel_norm), "kernels"),
    ),
    uses=("ofls19.lem6_11", "ofls19.lem6_12"),
    errata=(
        C1,
        Erratum(
            "C3",
            "extraction",
            "Output weights of variance nu^2/K give the mean Gram matrix (k/K) nu^2 times the kernel, not nu^2; K may "
            "stand for k in the source or through its extraction.",
            "The mean is k Var(V) times the kernel: variance nu^2/k gives nu^2, the scaling of Theorem 3.2 nu^2/K.",
        ),
    ),
)

def3_1_repaired = replace(
    def3_1,
    id="ofls19.def3_1.repaired",
    title="Multiclass neural tangent kernel with the variance of Lemma 6.11",
    form="repaired",
    improves="ofls19.def3_1",
    hypotheses=(Hypothesis("output_variance", "parameter", equal(output_variance, NU**2 / k)), jacobian.BOUNDED_SLOPE),
    claims=(
        def3_1.claims[0],
        halved("mean_gram", mean_gram_norm, equal(mean_gram_norm, _mean_gram(NU**2 / k)), "kernels"),
    ),
    uses=("ofls19.def3_1", "ofls19.lem6_11", "ofls19.lem6_12"),
    errata=(),
    proof="Lemma 6.11 with the variance nu^2 / k.",
)

def3_4 = Statement(
    id="ofls19.def3_4",
    kind="definition",
    title="Gaussian mixture of K classes with C clusters each: unit centres, noise sigma / sqrt(d) per coordinate",
    source=source("Definition 3.4"),
    hypotheses=(Hypothesis("mean_cluster_size", "data", equal(mean_cluster, n / (K * clusters))),),
    errata=(C4,),
)

NOISELESS = Hypothesis("no_input_noise", "data", equal(cluster_noise, 0))
NORMALISED = Hypothesis("samples_on_sphere", "data", equal(row_norm_deviation, 0))

BOUNDED_REFERENCE = Hypothesis("reference_norm", "run", at_most(reference_norm, beta))
GRAM_REFERENCE = Hypothesis("reference_gram", "run", at_most(gram_deviation, reference_error**2))
CLOSE_REFERENCE = Hypothesis("reference_close", "run", at_most(reference_deviation, reference_error))
REFERENCE = (BOUNDED_REFERENCE, GRAM_REFERENCE, CLOSE_REFERENCE)

def5_1 = Statement(
    id="ofls19.def5_1",
    kind="definition",
    title="Reference Jacobian with error epsilon_0 and norm beta",
    source=source("Definition 5.1"),
    hypotheses=REFERENCE,
)

BOUNDED_JACOBIAN = Hypothesis("jacobian_norm", "run", at_most(norm_J, beta))
asm1 = Statement(
    id="ofls19.asm1",
    kind="assumption",
    title="Bounded spectrum of the Jacobian (used on the ball of Assumption 2 only)",
    source=source("Assumption 1"),
    hypotheses=(BOUNDED_JACOBIAN,),
)

IN_BALL = Hypothesis("in_ball", "run", at_most(weight_change, radius))
SMALL_DRIFT = Hypothesis("jacobian_drift", "run", at_most(jacobian_drift, drift_bound / 2))
asm2 = Statement(
    id="ofls19.asm2",
    kind="assumption",
    title="Bounded perturbation of the Jacobian on a ball",
    source=source("Assumption 2"),
    hypotheses=(IN_BALL, SMALL_DRIFT),
)

STOPPING_SQUARED = cutoff**2 * inverse_r0**2 + GAMMA**2 * nuisance_gradient**2 / cutoff**2
DISTANCE_SPLIT = inverse_r0 + GAMMA / cutoff * nuisance_r0

def6_1 = Statement(
    id="ofls19.def6_1",
    kind="definition",
    title="Early stopping value and distance of a residual",
    source=source("Definition 6.1", "(6.1)"),
    hypotheses=(CUTOFF_RANGE,),
    claims=(
        halved("value", stopping_value, equal(stopping_value, sqrt(STOPPING_SQUARED)), "spaces"),
        attained("distance", stopping_distance, at_most(stopping_distance, DISTANCE_SPLIT), "spaces", AT_CUTOFF),
    ),
    uses=("ofls19.def5_2",),
)

STATEMENTS = (def2_1, eq3_1, def3_1, def3_1_repaired, def3_4, def5_1, def5_2, asm1, asm2, def6_1)
