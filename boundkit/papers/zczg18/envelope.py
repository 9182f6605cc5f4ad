"""The risk of stochastic gradient descent along its path: below a multiple of the initial one (DRV-18)."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Gt, Lt, Rational, sqrt

from boundkit.papers.zczg18.model import HALF, STOCHASTIC, at_most, claim, entry, open_constants, tried
from boundkit.papers.zczg18.stochastic import START, lemD_3_repaired
from boundkit.statement import Hypothesis
from boundkit.statement.vocabulary import C
from boundkit.statement.words.deep import conditional_drift, loss_exponent
from boundkit.statement.words.shared import failure, loss, loss_0


def _envelope(name: str, title: str, factor: Expr, condition: Hypothesis) -> Any:
    return entry(
        name,
        title,
        "Lemma 5.7",
        improves="lem5_7",
        setting=STOCHASTIC,
        hypotheses=(
            *lemD_3_repaired.hypotheses,
            condition,
            Hypothesis("drift", "run", at_most(conditional_drift, 0)),
            Hypothesis("deviation", "run", at_most(lemD_3_repaired.claims[0].bound - conditional_drift - START, _ROOM)),
        ),
        claims=(
            tried(
                claim("envelope", loss, at_most(loss, factor * loss_0)),
                "training",
                limit=loss_0,
                reason="at the start the risk is the initial one",
            ),
        ),
        probability=1 - failure,
        constants=open_constants(C),
        uses=("lem5_7", "lemD_3.repaired"),
        proof="The potential rises by at most half of its initial size. The factor blows up as p tends to 1/2.",
    )


_GAP = 2 * loss_exponent - 1
_ROOM = loss_0 ** (-_GAP) / (2 * sqrt(_GAP**2))
envelope_above = _envelope(
    "d.sgd_envelope",
    "The risk of stochastic gradient descent stays below a multiple of the initial one, p > 1/2 (DRV-18)",
    2 ** (1 / _GAP),
    Hypothesis("exponent_above_half", "parameter", Gt(loss_exponent, HALF)),
)
envelope_below = _envelope(
    "d.sgd_envelope_below",
    "The risk of stochastic gradient descent stays below a multiple of the initial one, p < 1/2 (DRV-18)",
    Rational(3, 2) ** (-1 / _GAP),
    Hypothesis("exponent_below_half", "parameter", Lt(loss_exponent, HALF)),
)

STATEMENTS = (envelope_above, envelope_below)
