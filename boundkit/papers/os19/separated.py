"""ReLU on separated data: Theorem 2.5 with its tracked and sharper forms."""

from __future__ import annotations

from sympy import Ge, exp

from boundkit.papers.os19 import covariance, indicator, meta_nonsmooth
from boundkit.papers.os19.chain import substitute
from boundkit.papers.os19.descent import rate
from boundkit.papers.os19.errata import C1
from boundkit.papers.os19.model import EVEN_WIDTH, RELU, SEPARATED, STEP_FRACTION, source
from boundkit.papers.os19.relu import BASE, CEILING, MISFIT, TRACKED, width_constant
from boundkit.statement import Constant, Form, Hypothesis, Order, Statement
from boundkit.statement.vocabulary import C, c, d, delta, eta_bar, k, lambda_, n, norm_X, separation

_SEPARATION_SHAPE = (1 + delta) ** 2 * n**9 * norm_X**6 / separation**4
thm2_5 = Statement(
    id="os19.thm2_5",
    kind="theorem",
    title="Global convergence for ReLU on separated data",
    source=source("Theorem 2.5", "(2.8)"),
    setting=RELU,
    hypotheses=(*BASE, SEPARATED, STEP_FRACTION, Hypothesis("width", "width", Ge(k, C * _SEPARATION_SHAPE))),
    claims=(rate(c * eta_bar * separation / (n**2 * norm_X**2), ceiling=CEILING),),
    probability=1 - 2 / n - exp(-(delta**2) * n / norm_X**2),
    constants=(Constant(c, "open"), Constant(C, "open")),
    uses=("os19.thm6_3", "os19.corI_2", "os19.asm1"),
    errata=(C1,),
    orders=(Order("width", {n: 12, d: -3, separation: -4}, regime="|X|^2 of order n/d"),),
    summary={"rate": c * eta_bar * separation / (n**2 * norm_X**2), "misfit_0": MISFIT},
    certificate=meta_nonsmooth.cert_relu.id,
)


def _separated(*, form: Form, title: str, lemma: Statement, orders: tuple[Order, ...] = ()) -> Statement:
    """Theorem 6.3 (tracked) with lambda replaced by the lower bound that `lemma` gives."""
    bound = lemma.claims[0].bound
    conclusion = substitute(TRACKED, {lambda_: bound}, uses=(lemma.id,))
    constants = [Constant(c, "tracked", conclusion.summary["rate"] / thm2_5.summary["rate"].subs(c, 1))]
    if (width := width_constant(conclusion, _SEPARATION_SHAPE)).is_number:
        constants.append(Constant(C, "tracked", width))
    return Statement(
        id=f"{thm2_5.id}.{form}",
        kind="theorem",
        title=title,
        source=source("Theorem 2.5"),
        form=form,
        improves=thm2_5.id,
        setting=RELU,
        hypotheses=(*lemma.hypotheses, STEP_FRACTION, EVEN_WIDTH, *conclusion.width),
        claims=conclusion.claims,
        probability=conclusion.probability,
        constants=tuple(constants),
        uses=conclusion.uses,
        summary=conclusion.summary,
        certificate=meta_nonsmooth.cert_relu.id,
        orders=orders,
        proof=f"Theorem 6.3 (tracked) with lambda bounded below by {lemma.id}.",
    )


thm2_5_tracked = _separated(
    form="tracked", title="Theorem 2.5 along the paper's own proof (D11)", lemma=covariance.corI_2
)
thm2_5_refined = _separated(
    form="refined",
    title="Theorem 2.5 with the sharpened Theorem I.1 (D11, D13)",
    lemma=indicator.corI_2_sharpened,
)
thm2_5_sharpened = _separated(
    form="sharpened",
    title="Theorem 2.5 without polynomial loss in n (D14)",
    lemma=covariance.lambda_sep,
    orders=(Order("width", {n: 4, d: -3, separation: -4}, logs={n: 2}, regime="|X|^2 of order n/d"),),
)

STATEMENTS = (thm2_5, thm2_5_tracked, thm2_5_refined, thm2_5_sharpened)
