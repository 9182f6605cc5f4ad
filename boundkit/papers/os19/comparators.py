"""Results of others as this paper quotes them (sections 2.2 and 5): scalings only."""

from __future__ import annotations

from boundkit.papers.os19.model import source
from boundkit.statement import Erratum, Order, Statement
from boundkit.statement.vocabulary import d, lambda_, n

SECTION_5 = "os19, section 5"
FOOTNOTE_5 = "os19, footnote 5"
SECTION_4 = "os19, section 4"


def _quoted(
    name: str,
    title: str,
    *orders: Order,
    proof: str,
    quotes: str = "",
    place: str = "Section 5",
    errata: tuple[Erratum, ...] = (),
) -> Statement:
    return Statement(
        id=f"os19.cmp.{name}",
        kind="comparator",
        title=title,
        source=source(place),
        orders=orders,
        errata=errata,
        proof=proof,
        quotes=(quotes,) if quotes else (),
    )


STATEMENTS = (
    _quoted(
        "du_deep",
        "Du, Lee, Li, Wang, Zhai (2018), smooth activations, also deep",
        Order("width", {n: 4}, quoted_by=SECTION_5),
        Order("width", {n: 4, lambda_: -4}, quoted_by=FOOTNOTE_5),
        Order("iterations", {n: 2, d: -1}, regime="slower than here by a factor of order n", quoted_by=SECTION_5),
        proof="Quoted as reference [9]: k of order n^4, and n^4 / lambda^4 with lambda of Definition 6.1.",
        quotes="du_lee_li_wang_zhai_2018",
    ),
    _quoted(
        "du_two_layer",
        "Du, Zhai, Poczos, Singh (2018), two-layer ReLU",
        Order("width", {n: 6}, quoted_by=SECTION_5),
        Order("iterations", {n: 2, d: -1}, regime="slower than here by a factor of order n", quoted_by=SECTION_5),
        proof="Quoted as reference [7]: k of order n^6.",
        quotes="du_zhai_poczos_singh_2018",
        errata=(
            Erratum(
                "C24",
                "misprint",
                "References [7] and [9] are the same entry (arXiv 1811.03804).",
                "The quoted n^6 for two-layer ReLU networks is that of arXiv 1810.02054.",
            ),
        ),
    ),
    _quoted(
        "li_liang",
        "Li and Liang (2018), ReLU on structured data",
        proof=(
            "Quoted as reference [4]: a width polynomial in n, no exponent given, that also grows as the target "
            "accuracy shrinks."
        ),
        quotes="li_liang_2018",
        place="Section 2.2",
    ),
    _quoted(
        "allen_zhu",
        "Allen-Zhu, Li, Song (2018), deep ReLU on separated data",
        proof="Quoted as reference [6]: a width polynomial in n, no exponent given.",
        quotes="allen_zhu_li_song_2018",
        place="Section 2.2",
    ),
    _quoted(
        "zou_cao",
        "Zou, Cao, Zhou, Gu (2018), deep ReLU on separated data",
        proof="Quoted as reference [8]: a width polynomial in n, no exponent given.",
        quotes="zczg18.thm4_1",
        place="Section 2.2",
    ),
    _quoted(
        "experiments",
        "The experiments of the paper: success where the number of parameters exceeds n",
        Order("width", {n: 1, d: -1}, regime="random data, softplus and ReLU, Figure 2", quoted_by=SECTION_4),
        proof="An observation, not a theorem: the success region is bounded by n = kd.",
        place="Section 4",
    ),
)
