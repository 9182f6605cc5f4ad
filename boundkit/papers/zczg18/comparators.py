"""Prior and concurrent results that the paper quotes; it has no comparison table and quotes hardly any exponent."""

from __future__ import annotations

from typing import Any, cast

from boundkit.papers.zczg18.growth import as_order
from boundkit.papers.zczg18.model import PAPER, entry, open_constants
from boundkit.papers.zczg18.theorems import cor4_3_tracked, cor4_6_tracked
from boundkit.statement import Erratum, Order, Statement
from boundkit.statement.order import Quantity
from boundkit.statement.vocabulary import n
from boundkit.statement.words.deep import degree, exponential_depth, label_separation
from boundkit.statement.words.shared import L

_INTRODUCTION, _RELATED, _AFTER = "Introduction", "Related work", "after Theorem 4.1"
_POLYNOMIAL = (n * L / label_separation) ** degree
CHECK_18 = Erratum(
    "CHECK-18",
    "misprint",
    "Li and Yuan (2017), on recovery of a teacher network, is cited for a data separation assumption and for "
    "polynomial "
    "dependence.",
    "Presumably Li and Liang (2018), which assumes separated class distributions, is meant.",
)


def _quoted(place: str, **monomials: Any) -> tuple[Order, ...]:
    by = f"{PAPER.key}, {place}"
    return tuple(
        as_order(cast(Quantity, quantity), monomial, regime="exponents not quoted", quoted_by=by)
        for quantity, monomial in monomials.items()
    )


def _comparator(
    name: str,
    title: str,
    place: str,
    *,
    orders: tuple[Order, ...] = (),
    errata: tuple[Erratum, ...] = (),
    quotes: tuple[str, ...] = (),
) -> Statement:
    polynomial = any(str(degree) in str(power) for item in orders for power in item.exponents.values())
    return entry(
        f"cmp.{name}",
        title,
        f"{place}, quoted",
        kind="comparator",
        orders=orders,
        errata=errata,
        quotes=quotes,
        constants=open_constants(degree) if polynomial else (),
    )


STATEMENTS = (
    _comparator(
        "li_liang_2018",
        "Li and Liang (2018): one hidden layer, cross entropy, SGD; extended here to any depth and a family of losses",
        _INTRODUCTION,
        quotes=("li_liang_2018",),
    ),
    _comparator(
        "du_2018_one_layer",
        "Du et al. (2018b): one hidden ReLU layer, square loss, gradient descent, Gram matrix assumption; polynomial "
        "width",
        _AFTER,
        orders=_quoted(_AFTER, width=n**degree),
        quotes=("du_zhai_poczos_singh_2018",),
    ),
    _comparator(
        "allen_zhu_2018_deep",
        "Allen-Zhu et al. (2018b), concurrent: deep ReLU, mostly square loss, GD and SGD, all pairs separated; "
        "polynomial",
        _AFTER,
        orders=_quoted(_AFTER, width=_POLYNOMIAL, iterations=_POLYNOMIAL),
        quotes=("allen_zhu_li_song_2018",),
    ),
    _comparator(
        "du_2018_deep",
        "Du et al. (2018a), concurrent: deep, smooth activation, square loss, Gram matrix assumption; exponential in "
        "depth",
        _AFTER,
        orders=_quoted(_AFTER, width=exponential_depth**degree),
        quotes=("du_lee_li_wang_zhai_2018",),
    ),
    _comparator(
        "allen_zhu_2018_recurrent",
        "Allen-Zhu et al. (2018c): recurrent networks, GD and SGD find global minima; polynomial width",
        _AFTER,
        orders=_quoted(_AFTER, width=n**degree),
    ),
    _comparator(
        "li_yuan_2017",
        "Li and Yuan (2017): two-layer residual network, teacher, SGD; cited for a stronger separation and "
        "polynomial width",
        _AFTER,
        orders=_quoted(_AFTER, width=n**degree),
        errata=(CHECK_18,),
    ),
    _comparator(
        "safran_shamir_2017",
        "Safran and Shamir (2017): over-parameterisation removes spurious minima of one hidden ReLU layer; no "
        "scaling quoted",
        _INTRODUCTION,
    ),
    _comparator(
        "du_lee_2018",
        "Du and Lee (2018): one hidden layer with quadratic activation, all local minima global; no scaling quoted",
        _INTRODUCTION,
    ),
    _comparator(
        "arora_2018_depth",
        "Arora et al. (2018b): depth accelerates gradient descent on deep linear networks; no scaling quoted",
        _RELATED,
    ),
    _comparator(
        "teacher_student",
        "Tian (2017), Brutzkus and Globerson (2017), Du et al. (2017a,b), Zhang et al. (2018): recovery of shallow "
        "teachers",
        _RELATED,
    ),
    _comparator(
        "deep_linear",
        "Hardt and Ma (2016), Kawaguchi (2016), Bartlett et al. (2018), Arora et al. (2018a): deep linear networks",
        _RELATED,
    ),
    _comparator(
        "stronger_assumptions",
        "Brutzkus et al. (2017), Du et al. (2017a), Zhong et al. (2017), Choromanska et al. (2015), Kawaguchi (2016): "
        "Gaussian inputs, independent activations",
        _INTRODUCTION,
    ),
    _comparator(
        "blum_rivest_1989",
        "Blum and Rivest (1989): training a small network is NP-hard in general",
        _INTRODUCTION,
    ),
    _comparator(
        "expressivity",
        "Telgarsky, Lu, Liang and Srikant, Yarotsky, Hanin, Hanin and Sellke: expressivity of deep networks, "
        "background",
        _INTRODUCTION,
    ),
    _comparator(
        "generalisation",
        "Langford and Caruana, Vapnik, Anthony and Bartlett, Neyshabur, Bartlett, Golowich, Arora, Allen-Zhu et al.: "
        "generalisation bounds, background",
        _RELATED,
    ),
    entry(
        "cmp.this_paper",
        "This paper on zero training error, in the exponents of the tracked corollaries",
        "Corollaries 4.3 and 4.6",
        kind="comparator",
        orders=tuple(
            Order(
                item.quantity,
                item.exponents,
                item.logs,
                item.side,
                f"{algorithm}, {item.regime}",
                "derived, not quoted",
            )
            for algorithm, statement in (("GD", cor4_3_tracked), ("SGD", cor4_6_tracked))
            for item in statement.orders
        ),
        uses=("cor4_3.tracked", "cor4_6.tracked"),
    ),
)
