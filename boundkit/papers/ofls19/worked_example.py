"""The worked example of section 2.1: the test loss of a linear model, split into its two spaces."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Rational as Q

from boundkit.papers.ofls19.model import ONE, halved, source
from boundkit.papers.ofls19.relations import at_most, equal
from boundkit.statement import Claim, Erratum, Hypothesis, Setting, Statement
from boundkit.statement.statement import Chance, Experiment
from boundkit.statement.vocabulary import n
from boundkit.statement.words.generalisation_lemmas import (
    expected_information_loss,
    expected_loss,
    expected_nuisance_loss,
    linear_input_noise,
    linear_label_noise,
    noiseless_misfit,
    signal_rank,
)
from boundkit.statement.words.landscape import frobenius_W

LINEAR = Setting(
    network="linear model",
    trained="all weights",
    output_weights="none",
    initialisation="zero",
)
NOISE = linear_input_noise**2 * frobenius_W**2 + linear_label_noise**2
SHARE = signal_rank / n  # of the noise that falls into the information space
_ON_AVERAGE: tuple[Experiment, Chance] = ("linear model", "in expectation")


def _split(half: Expr) -> tuple[Claim, ...]:
    """`half` is the factor of the noiseless misfit in the information part."""
    return (
        halved("test_loss", expected_loss, equal(expected_loss, (noiseless_misfit**2 + NOISE) / 2), *_ON_AVERAGE),
        halved(
            "information_loss",
            expected_information_loss,
            equal(expected_information_loss, half * noiseless_misfit**2 + SHARE / 2 * NOISE),
            *_ON_AVERAGE,
        ),
        halved(
            "nuisance_loss",
            expected_nuisance_loss,
            equal(expected_nuisance_loss, (1 - SHARE) / 2 * NOISE),
            *_ON_AVERAGE,
        ),
    )


sec2_1 = Statement(
    id="ofls19.sec2_1",
    kind="proposition",
    title="Linear model with low-rank inputs plus noise: test loss split into information and nuisance parts",
    source=source("Section 2.1", "(2.1)", "(2.2)"),
    setting=LINEAR,
    hypotheses=(Hypothesis("rank_below_n", "data", at_most(signal_rank, n)),),
    claims=_split(ONE),
    uses=("ofls19.def2_1",),
    errata=(
        Erratum(
            "C5",
            "misprint",
            "The noiseless part of the information loss is printed without the factor 1/2 that the noise terms carry; "
            "the pieces then do not add up to the test loss.",
            "Half of it.",
        ),
    ),
)

sec2_1_repaired = replace(
    sec2_1,
    id="ofls19.sec2_1.repaired",
    title="Linear model with low-rank inputs plus noise: split of the test loss with its factor 1/2",
    form="repaired",
    improves="ofls19.sec2_1",
    claims=_split(Q(1, 2)),
    uses=("ofls19.sec2_1",),
    errata=(),
    proof=(
        "Projecting the fresh noise Z w - z, whose entries have variance (sigma_x^2 |w|^2 + sigma_y^2) / n, on r of n "
        "directions leaves r/n of its energy; the noiseless residual lies in the information space."
    ),
)

STATEMENTS = (sec2_1, sec2_1_repaired)
