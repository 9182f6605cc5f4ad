"""Prior results as the paper quotes them, for comparison; nothing here has been checked against the quoted works."""

from __future__ import annotations

from sympy import Rational as Q

from boundkit.papers.ofls19.model import PAPER, source
from boundkit.statement import Erratum, Order, Statement
from boundkit.statement.vocabulary import lambda_, n
from boundkit.statement.words.generalisation import inverse_y


def _comparator(name: str, title: str, place: str, *orders: Order, **fields: object) -> Statement:
    return Statement(
        id=f"ofls19.cmp.{name}",
        kind="comparator",
        title=title,
        source=source(place),
        orders=orders,
        **fields,  # type: ignore[arg-type]
    )


def _quoted(place: str) -> str:
    return f"{PAPER.key}, {place}"


ARORA = "Arora, Du, Hu, Li and Wang (2019)"
_WORK = ("arora_du_hu_li_wang_2019",)

arora_width = _comparator(
    "arora_width",
    f"{ARORA}: width for a bound on the error by the tangent kernel, one output",
    "Footnote 3",
    Order("width", {n: 8, lambda_: -6}, quoted_by=_quoted("footnote 3 (as they understand it)")),
    proof="Quoted against (3.5), n^4 K^4 log n / lambda^4 at |X| <= sqrt(n): claimed gain n^4 / lambda^2, see C13.",
    quotes=_WORK,
)

arora_gmm = _comparator(
    "arora_gmm",
    f"{ARORA}, applied to a binary mixture: the width diverges as the noise vanishes",
    "Section 3.3",
    Order("width", {n: 8, lambda_: -8}, quoted_by=_quoted("section 3.3"), regime="kernel of the noisy inputs"),
    quotes=_WORK,
    errata=(
        Erratum(
            "C42",
            "misprint",
            "The width of one work is quoted as n^8 / lambda^6 in footnote 3 and as n^8 / lambda^8 in section 3.3.",
            "The two are inconsistent, and neither is an explicit formula of the quoted work.",
        ),
    ),
)

arora_err = _comparator(
    "arora_err",
    f"{ARORA}: error of the form (3.4), one output",
    "Section 3",
    Order("error", {inverse_y: 1, n: -Q(1, 2)}, side="upper", quoted_by=_quoted("after (3.5)"), regime="main term"),
    quotes=_WORK,
)

separation = _comparator(
    "separation",
    "Works that need separated samples or classes: width polynomial in the inverse separation, exponents not quoted",
    "Section 3",
)

STATEMENTS = (arora_width, arora_gmm, arora_err, separation)
