"""The kernel of a noiseless Gaussian mixture: Theorem A.1 and its exact form."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Integer, exp, sqrt

from boundkit.papers.ofls19.definitions import NOISELESS
from boundkit.papers.ofls19.errata import C1
from boundkit.papers.ofls19.model import (
    AT_START,
    RANDOM_SIGNS,
    SMOOTH,
    halved,
    observed,
    setting,
    source,
)
from boundkit.papers.ofls19.relations import above, at_least, at_most, equal
from boundkit.statement import Claim, Erratum, Hypothesis, Statement
from boundkit.statement.statement import Chance
from boundkit.statement.vocabulary import lambda_, n, second_moment_dphi, tightness
from boundkit.statement.words.generalisation import (
    clusters,
    information_y,
    inverse_y,
    kernel_min_nonzero,
    kernel_norm,
    kernel_norm_centres,
    kernel_rank,
    lambda_centres,
    largest_cluster,
    smallest_cluster,
)
from boundkit.statement.words.shared import K

MIXTURE = setting(output=RANDOM_SIGNS, start="standard normal", data=", Gaussian mixture with K classes of C clusters")
AT_CENTRES = replace(AT_START, network=MIXTURE.network, output_weights="random signs / sqrt(k), fixed")
CENTRES = K * clusters
EXPECTED = n / CENTRES
_MEAN = EXPECTED * second_moment_dphi
FULL_RANK_CENTRES = Hypothesis("centres_full_rank", "data", above(lambda_centres, 0))
SMALL_CLUSTERS = CENTRES * exp(-EXPECTED / 8)
_LARGE_CLUSTERS = CENTRES * exp(-EXPECTED / 3)


def _spectrum(lowest: Expr, highest: Expr, chance: Chance = "as stated") -> tuple[Claim, ...]:
    """Rank, labels, and bounds of the nonzero eigenvalues, whose mean is `_MEAN`; `lowest` may be zero."""
    return (
        halved("rank", kernel_rank, equal(kernel_rank, K * CENTRES), "kernels", chance),
        halved("labels", information_y, equal(information_y, sqrt(n)), "kernels", chance),
        observed(
            "smallest",
            kernel_min_nonzero,
            at_least(kernel_min_nonzero, lowest + (tightness - 1) * _MEAN),
            experiment="kernels",
            twin=Integer(3),
            reason="the smallest of the nonzero eigenvalues is below twice their mean",
            chance=chance,
        ),
        observed(
            "largest",
            kernel_norm,
            at_most(kernel_norm, highest / tightness),
            experiment="kernels",
            twin=2 * highest / _MEAN,
            reason="the largest of the nonzero eigenvalues is above half their mean",
            chance=chance,
        ),
    )


LEAST_EIGENVALUE = EXPECTED / 2 * lambda_centres

thmA_1 = Statement(
    id="ofls19.thmA_1",
    kind="theorem",
    title="Noiseless mixture: rank and eigenvalues of the kernel, labels in the information space",
    source=source("Theorem A.1"),
    setting=AT_CENTRES,
    hypotheses=(*SMOOTH, NOISELESS, FULL_RANK_CENTRES),
    claims=_spectrum(EXPECTED / 2 * lambda_, 2 * EXPECTED * kernel_norm),
    probability=1 - SMALL_CLUSTERS,
    uses=("ofls19.def3_1", "ofls19.def3_4"),
    errata=(
        C1,
        Erratum(
            "C34",
            "misprint",
            "(iii) bounds the eigenvalues by the smallest singular value (which is 0) and the norm of Sigma(X).",
            "Those of the single-output kernel of the centres, as in the proof.",
        ),
        Erratum(
            "C35",
            "gap",
            "The event that all cluster sizes are within a factor 2 of their mean needs the upper tail too.",
            "1 - KC (exp(-n/(8KC)) + exp(-n/(3KC))); rank, labels and the lower bound need the printed tail only.",
        ),
        Erratum(
            "C41",
            "misprint",
            "The caption of Figure 4 says that the top KC singular values grow: true but understated.",
            "The top K^2 C, for the Jacobian of all K outputs.",
        ),
    ),
)

thmA_1_repaired = replace(
    thmA_1,
    id="ofls19.thmA_1.repaired",
    title="Noiseless mixture: rank and eigenvalues of the kernel in terms of the centres",
    form="repaired",
    improves="ofls19.thmA_1",
    claims=_spectrum(LEAST_EIGENVALUE, 2 * EXPECTED * kernel_norm_centres),
    probability=1 - SMALL_CLUSTERS - _LARGE_CLUSTERS,
    uses=("ofls19.thmA_1",),
    errata=(),
    proof="The exact form on the event that all cluster sizes are within a factor 2 of their mean (Chernoff).",
)

NOT_EMPTY = Hypothesis("clusters_not_empty", "data", at_least(smallest_cluster, 1))
ENERGY = sqrt(CENTRES / lambda_centres)  # |J_I^+ y|, independent of n

thmA_1_sharpened = replace(
    thmA_1_repaired,
    id="ofls19.thmA_1.sharpened",
    title="Noiseless mixture given the cluster sizes: eigenvalues and the energy of the labels, which n does not enter",
    form="sharpened",
    improves="ofls19.thmA_1.repaired",
    hypotheses=(*thmA_1.hypotheses, NOT_EMPTY),
    claims=(
        *_spectrum(smallest_cluster * lambda_centres, largest_cluster * kernel_norm_centres, "surely"),
        observed(
            "energy",
            inverse_y,
            at_most(inverse_y, ENERGY / tightness),
            experiment="kernels",
            twin=2 * ENERGY * sqrt(kernel_norm / n),
            reason="labels in the range have at least the energy |y|^2 / |Sigma(X)|",
            chance="surely",
        ),
    ),
    probability=None,
    uses=("ofls19.thmA_1",),
    proof=(
        "With U the membership matrix the kernel is U Sigma(M) U^T, whose nonzero eigenvalues are those of "
        "D^(1/2) Sigma(M) D^(1/2), D the cluster sizes. Hence |J_I^+ y|^2 is the sum over classes of z^T Sigma(M)^-1 z "
        "with z the indicator of the clusters of a class, and the squared norms of the z add up to K C."
    ),
)

STATEMENTS = (thmA_1, thmA_1_repaired, thmA_1_sharpened)
