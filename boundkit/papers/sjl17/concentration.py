"""Random features: Lemmas 5.5 to 5.7 and A.1, the heaviest tail of Lemma 5.5, and almost sure rank."""

from __future__ import annotations

from sympy import Expr, Integer, Rational, Symbol, erf, exp, log, pi, sqrt

from boundkit.papers.sjl17.paper import (
    AT_LEAST_D,
    GAUSSIAN,
    above,
    at_least,
    at_most,
    claim,
    equal,
    largest,
    open_constants,
    smallest,
    source,
)
from boundkit.papers.sjl17.quadratic import FREE_ENTRIES
from boundkit.statement import Constant, Erratum, Form, Hypothesis, Statement
from boundkit.statement.vocabulary import c, d, delta, n, sigma_min_KR
from boundkit.statement.words.landscape_data import rank_KR
from boundkit.statement.words.landscape_lemmas import (
    deviation,
    form_deviation,
    form_deviation_nuclear,
    form_rank,
    gamma_0,
    psi1_moment,
    psi1_norm,
    psi1_ratio,
    tail,
    tail_rate,
    tail_scale,
    tail_variance,
    trace_form,
)

MIXED_TAIL = Hypothesis(
    "mixed_tail",
    "parameter",
    at_most(tail, 2 * exp(-tail_rate * smallest(deviation**2 / tail_variance, deviation / tail_scale))),
)
TAIL_UNIT = largest(sqrt(tail_variance / (2 * tail_rate)), tail_scale / tail_rate)


def heaviest_moment(ratio: Expr) -> Expr:
    """E exp(|Y| / (ratio xi)) for P(|Y| >= s xi) = min(1, 2 exp(-min(s^2/2, s))), finite for ratio > 1."""
    median, knee = sqrt(2 * log(2)), 2
    centre = 1 / ratio
    gaussian = erf((knee - centre) / sqrt(2)) - erf((median - centre) / sqrt(2))
    exponential = exp(-knee * (1 - centre)) / (1 - centre)
    return exp(median / ratio) + 2 / ratio * (sqrt(pi / 2) * exp(centre**2 / 2) * gaussian + exponential)


def _psi1(form: Form, title: str, factor: Expr, errata: tuple[Erratum, ...], proof: str) -> Statement:
    return Statement(
        id="sjl17.lem5_5" if form == "printed" else f"sjl17.lem5_5.{form}",
        kind="lemma",
        title=title,
        source=source("Lemma 5.5", "(5.12)"),
        form=form,
        improves=None if form == "printed" else "sjl17.lem5_5",
        hypotheses=(MIXED_TAIL,),
        claims=(claim("psi1_norm", psi1_norm, at_most(psi1_norm, factor * TAIL_UNIT)),),
        uses=() if form == "printed" else ("sjl17.d.heaviest_moment",),
        errata=errata,
        proof=proof,
    )


lem5_5 = _psi1(
    "printed",
    "Sub-exponential norm from a mixed tail",
    Integer(9),
    (
        Erratum(
            "C11",
            "gap",
            "The moment computation loses factors: E|Y|^p <= 2 (A/c)^(p/2) Gamma(p/2 + 1) + 2 (b/c)^p Gamma(p + 1).",
            "The constant 9 is generous enough; the best one is 3.0233 (D14).",
        ),
    ),
    "",
)
PSI1_FACTOR = Rational(30233, 10000)
lem5_5_sharpened = _psi1(
    "sharpened",
    "Sub-exponential norm from a mixed tail, with the best constant to five digits (D14)",
    PSI1_FACTOR,
    (),
    "The heaviest tail with this bound, in units of the scale, is min(1, 2 exp(-min(s^2/2, s))); its exponential "
    "moment is below 2 at 3.0233 and above 2 at 3.0232.",
)
heaviest = Statement(
    id="sjl17.d.heaviest_moment",
    kind="lemma",
    title="Exponential moment of the heaviest variable with a mixed tail (D14)",
    source=source("Lemma 5.5"),
    form="refined",
    improves="sjl17.lem5_5",
    hypotheses=(Hypothesis("finite", "parameter", above(psi1_ratio, 1)),),
    claims=(claim("moment", psi1_moment, at_most(psi1_moment, heaviest_moment(psi1_ratio))),),
    uses=("sjl17.lem5_5",),
    proof="E exp(Y/C) = 1 + (1/C) int exp(s/C) P(Y >= s) ds, split at sqrt(2 log 2) and at 2.",
)

lem5_6 = Statement(
    id="sjl17.lem5_6",
    kind="lemma",
    title="Full column rank of the Khatri-Rao square for almost every data",
    source=source("Lemma 5.6"),
    hypotheses=(AT_LEAST_D, Hypothesis("n_at_most_free_entries", "data", at_most(n, FREE_ENTRIES))),
    claims=(claim("full_rank", sigma_min_KR, above(sigma_min_KR, 0), chance="almost every data"),),
)
lem5_6_sharpened = Statement(
    id="sjl17.lem5_6.sharpened",
    kind="lemma",
    title="Rank of the Khatri-Rao square for almost every data, any n (D3)",
    source=source("Lemma 5.6"),
    form="sharpened",
    improves="sjl17.lem5_6",
    claims=(claim("rank", rank_KR, at_least(rank_KR, smallest(n, FREE_ENTRIES)), chance="almost every data"),),
    uses=("sjl17.lem5_6",),
    proof="A minor that is a nonzero polynomial; symmetric matrices have d(d+1)/2 free entries, so no rank is larger.",
)


def _covariance(
    id: str, form: Form, title: str, observable: Symbol, errata: tuple[Erratum, ...], proof: str
) -> Statement:
    return Statement(
        id=id,
        kind="lemma",
        title=title,
        source=source("Lemma 5.7"),
        form=form,
        improves=None if form == "printed" else "sjl17.lem5_7",
        hypotheses=ENOUGH_SAMPLES,
        claims=(claim("deviation", observable, at_most(observable, delta * trace_form)),),
        probability=_UNION,
        constants=(Constant(c, "open", note="depends on delta"), *open_constants(gamma_0)),
        uses=("sjl17.lemA_1",) if form == "printed" else ("sjl17.lem5_7", "sjl17.lemA_1"),
        errata=errata,
        proof=proof,
    )


ENOUGH_SAMPLES = (GAUSSIAN, Hypothesis("n_at_least_d_log_d", "data", at_least(n, c * d * log(d))))
lemA_1 = Statement(
    id="sjl17.lemA_1",
    kind="lemma",
    title="Covariance weighted by the square of one projection (quoted from Candes, Li and Soltanolkotabi, Lemma 7.4)",
    source=source("Lemma A.1"),
    hypotheses=(*ENOUGH_SAMPLES, Hypothesis("one_projection", "parameter", equal(form_rank, 1))),
    claims=(claim("deviation", form_deviation, at_most(form_deviation, delta * trace_form)),),
    probability=1 - 10 * exp(-gamma_0 * d) - 8 / d**2,
    constants=(Constant(c, "open", note="depends on delta"), *open_constants(gamma_0)),
)
_UNION = 1 - (d * lemA_1.failure).expand()
lem5_7 = _covariance(
    "sjl17.lem5_7",
    "printed",
    "Covariance weighted by a positive semidefinite form",
    form_deviation_nuclear,
    (
        Erratum(
            "C12",
            "extraction",
            "The available text has the nuclear norm on the left, with a stray quantifier over matrices; so read, the "
            "statement fails for n of the order d log d, and neither the proof nor the use needs it.",
            "The spectral norm, which the proof gives.",
        ),
    ),
    "",
)
lem5_7_repaired = _covariance(
    "sjl17.lem5_7.repaired",
    "repaired",
    "Covariance weighted by a positive semidefinite form, in spectral norm",
    form_deviation,
    (),
    "Lemma A.1 for each eigenvector of A, weighted by the eigenvalues, and a union over d eigenvectors.",
)

STATEMENTS = (lem5_5, lem5_5_sharpened, heaviest, lem5_6, lem5_6_sharpened, lem5_7, lem5_7_repaired, lemA_1)
