"""The model, the loss and its derivatives (sections 1 and 5.2), with the quadratic activation of section 6."""

from __future__ import annotations

from sympy import Expr, Integer

from boundkit.papers.sjl17.paper import ANY_WEIGHTS, PLANTED, QUADRATIC, claim, equal, landscape, source
from boundkit.statement import Claim, Erratum, Statement
from boundkit.statement.vocabulary import n
from boundkit.statement.words.landscape_lemmas import identity_error
from boundkit.statement.words.landscape_points import (
    form_product,
    gradient_product,
    hessian_form,
    linearised_form,
    planted_product,
    point_loss,
    residual,
    residual_form,
)

LOSS = residual**2 / (2 * n)
LOSS_FROM_FORMS = (form_product - planted_product) / 2
GRADIENT_FROM_FORM = 2 * form_product

setup = Statement(
    id="sjl17.setup",
    kind="definition",
    title="Network f(x) = v^T phi(Wx) and its least-squares loss",
    source=source("Section 1.2", "(1.1)", "(1.2)", "(1.3)", "(1.4)"),
    setting=ANY_WEIGHTS,
    claims=(claim("loss", point_loss, equal(point_loss, LOSS)),),
)


def _hessian(linearised: Expr) -> Claim:
    return claim(
        "hessian_form", hessian_form, equal(hessian_form, 2 * residual_form + linearised / n * linearised_form)
    )


deriv = Statement(
    id="sjl17.deriv",
    kind="lemma",
    title="Gradient and Hessian of the loss, in general and for the quadratic activation",
    source=source("Section 5.2", "(5.2)", "(5.6)", "(5.8)", "(5.9)", "(6.1)", "(6.2)", "(6.3)", "(6.4)"),
    setting=landscape("fixed"),
    hypotheses=(QUADRATIC,),
    claims=(
        claim("gradient", identity_error, equal(identity_error, 0)),
        _hessian(Integer(2)),
    ),
    errata=(
        Erratum(
            "C1",
            "misprint",
            "The displayed derivative in v_q has phi'(w_q^T x_i).",
            "It is phi(w_q^T x_i), as in (5.6).",
        ),
        Erratum("C2", "misprint", "(5.9) lacks the factor 1/n.", "It is there in (K.7)."),
        Erratum(
            "C3",
            "misprint",
            "The first display of second derivatives is labelled as a derivative in v_p twice.",
            "It is the one in w_p.",
        ),
        Erratum(
            "C4",
            "misprint",
            "(6.4), and with it (6.11), (6.19) and (6.24), have 2/n before the squared term; finite differences give "
            "4/n.",
            "Use 4/n; every use chooses a direction that makes the term vanish.",
        ),
    ),
)

deriv_repaired = Statement(
    id="sjl17.deriv.repaired",
    kind="lemma",
    title="The Hessian form of the quadratic network with its factor 4/n, and the identities of section 6",
    source=source("Section 5.2", "(6.3)", "(6.4)"),
    form="repaired",
    improves="sjl17.deriv",
    setting=landscape("fixed"),
    hypotheses=(QUADRATIC,),
    claims=(
        _hessian(Integer(4)),
        claim("gradient_product", gradient_product, equal(gradient_product, GRADIENT_FROM_FORM)),
    ),
    uses=("sjl17.deriv",),
    proof=(
        "J = 2 D_v(WX) * X, so the Gauss-Newton part along U is |J^T vect(U)|^2 / n with entries "
        "2 x_i^T W^T D_v U x_i. The gradient is 2 D_v W G, whose inner product with W is 2 <W^T D_v W, G>."
    ),
)

planted_identity = Statement(
    id="sjl17.d.planted_identity",
    kind="lemma",
    title="Planted loss as an inner product with the residual covariance",
    source=source("Section 6.3", "(6.28)"),
    form="tracked",
    improves="sjl17.deriv",
    setting=landscape("fixed"),
    hypotheses=(QUADRATIC, PLANTED),
    claims=(claim("loss", point_loss, equal(point_loss, LOSS_FROM_FORMS)),),
    uses=("sjl17.deriv",),
    proof="Each residual is x_i^T (M - M*) x_i, so sum r_i^2 / (2n) = <M - M*, G> / 2.",
)

STATEMENTS = (setup, deriv, deriv_repaired, planted_identity)
