"""The matrix Chernoff bound that the paper quotes (Theorem 6.14, restated as Theorem A.1)."""

from __future__ import annotations

from dataclasses import replace

from sympy import Gt, exp

from boundkit.papers.os19.model import CHERNOFF_RANGE, source
from boundkit.statement import Claim, Statement
from boundkit.statement.vocabulary import chernoff, chernoff_loss, n, tightness
from boundkit.statement.words.features import mean_eigenvalue, sum_eigenvalue, summand_norm

EXPONENT = chernoff * mean_eigenvalue / summand_norm

thm6_14 = Statement(
    id="os19.thm6_14",
    kind="theorem",
    title="Matrix Chernoff bound for independent summands between 0 and R I, quoted from the literature",
    source=source("Theorem 6.14"),
    hypotheses=(CHERNOFF_RANGE,),
    claims=(
        Claim(
            "sum_eigenvalue",
            sum_eigenvalue,
            Gt(sum_eigenvalue, tightness * (1 - chernoff_loss) * mean_eigenvalue),
            "matrices",
            twin=2 / (1 - chernoff_loss),
            twin_reason="the mean of the smallest eigenvalue of a sum is at most that of the mean of the sum",
        ),
    ),
    probability=1 - n * exp(-EXPONENT),
)

thmA_1 = replace(thm6_14, id="os19.thmA_1", source=source("Theorem A.1"), uses=(thm6_14.id,))


STATEMENTS = (thm6_14, thmA_1)
