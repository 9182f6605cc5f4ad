"""Singular values of the features by a matrix Chernoff bound: the repair of (A.46) to (A.48) (D5)."""

from __future__ import annotations

from sympy import Lt, exp, log, sqrt

from boundkit.papers.sgd22.gram import largest, smallest
from boundkit.papers.sgd22.jacobian import SPEED
from boundkit.papers.sgd22.paper import FIRST_BOUNDED, NETWORK, WIDE, assume, source
from boundkit.statement import Statement
from boundkit.statement.vocabulary import k, n
from boundkit.statement.words.shared import failure
from boundkit.statement.words.stochastic_network import (
    hidden_std,
    kernel_max,
    kernel_min,
    kernel_trace,
    slack_lower,
    slack_upper,
)

ROW_SCALE = hidden_std * SPEED
_CUT = ROW_SCALE * sqrt(2 * log(k / failure))
ROW_SQUARED = (sqrt(kernel_trace) + _CUT) ** 2
TRUNCATION = failure * (ROW_SQUARED + 2 * sqrt(kernel_trace) * ROW_SCALE**2 / _CUT + 2 * ROW_SCALE**2)
TRUNCATED = k * kernel_min - TRUNCATION
LOWER_FAILURE = n * exp(-(slack_lower**2) * TRUNCATED / (2 * ROW_SQUARED))
UPPER_FAILURE = n * exp(-(slack_upper**2) * k * kernel_max / (3 * ROW_SQUARED))
FAILURE_BELOW_ONE = assume("failure_below_one", "parameter", Lt(failure, 1))
SLACKS = (
    assume("slack_lower", "parameter", Lt(slack_lower, 1)),
    assume("slack_upper", "parameter", Lt(slack_upper, 1)),
)
_CHERNOFF = (
    "Rows of the features are independent and Lipschitz in the weights, so all have squared norm at most L except "
    "with probability p; truncation changes the mean by at most epsilon_p; matrix Chernoff bound. "
)

mu_repaired = Statement(
    id="sgd22.lemA.mu.repaired",
    kind="lemma",
    title="Smallest singular value of the features by a matrix Chernoff bound (D5, lower tail)",
    source=source("Appendix E.2", "(A.47)", "(A.48)"),
    form="repaired",
    improves="sgd22.lemA.mu",
    setting=NETWORK,
    hypotheses=(FIRST_BOUNDED, WIDE, FAILURE_BELOW_ONE, SLACKS[0]),
    claims=(smallest((1 - slack_lower) * TRUNCATED),),
    probability=1 - LOWER_FAILURE,
    uses=("sgd22.lemA.mu",),
    proof=_CHERNOFF + "The truncated sum is below the sum, so the lower tail needs no event and p is free.",
)

features_upper = Statement(
    id="sgd22.d.features_norm",
    kind="lemma",
    title="Norm of the features by a matrix Chernoff bound (D5, upper tail)",
    source=source("Appendix E.2", "(A.47)"),
    form="repaired",
    improves="sgd22.lemA.gram",
    setting=NETWORK,
    hypotheses=(FIRST_BOUNDED, FAILURE_BELOW_ONE, SLACKS[1]),
    claims=(largest((1 + slack_upper) * k * kernel_max),),
    probability=1 - failure - UPPER_FAILURE,
    uses=("sgd22.lemA.gram",),
    proof=_CHERNOFF,
)

gram_repaired = Statement(
    id="sgd22.lemA.gram.repaired",
    kind="lemma",
    title="Singular values of the features by a matrix Chernoff bound (D5)",
    source=source("Appendix E.2", "(A.46)", "(A.47)"),
    form="repaired",
    improves="sgd22.lemA.gram",
    setting=NETWORK,
    hypotheses=(FIRST_BOUNDED, WIDE, FAILURE_BELOW_ONE, *SLACKS),
    claims=(*mu_repaired.claims, *features_upper.claims),
    probability=1 - mu_repaired.failure - features_upper.failure,
    uses=("sgd22.lemA.mu.repaired", "sgd22.d.features_norm"),
    proof="Union of the two tails.",
)

STATEMENTS = (mu_repaired, features_upper, gram_repaired)
