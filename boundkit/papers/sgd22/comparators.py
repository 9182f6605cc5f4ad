"""What the paper says of earlier results: Table 1 and the introduction. Second-hand, not checked at the source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Eq, Gt, Rational, Symbol

from boundkit.papers.sgd22.paper import assume, source
from boundkit.statement import Erratum, Hypothesis, Order, Setting, Statement
from boundkit.statement.vocabulary import is_relu, kinks, n, separation

CHECK_32 = Erratum(
    "CHECK-32",
    "misprint",
    "Said to need only a linear width in one place and to be subquadratic in another, there for deep pyramidal "
    "networks: an apparent inconsistency.",
    "Read the two places as two results of the cited paper.",
)
CHECK_33 = Erratum(
    "CHECK-33",
    "misprint",
    "The row says ReLU, SGD, n^2. In the cited paper the SGD theorem and the scaling k d of order n^2 are for smooth "
    "activations, the ReLU result for gradient descent needs k d of order n^4 / d^2, and ReLU with SGD is only "
    "announced: the row follows its abstract. A remark.",
    "See os19 for the theorems themselves.",
)
CHECK_34 = Erratum(
    "CHECK-34",
    "misprint",
    "The column 'scaling' mixes numbers of parameters and widths.",
    "This paper's entry is a number of parameters k d.",
)


@dataclass(frozen=True)
class _Quoted:
    key: str
    title: str
    algorithm: str
    trained: str
    place: str
    exponents: tuple[Mapping[Symbol, int | Rational], ...]
    logs: int = 0
    errata: tuple[Erratum, ...] = ()
    regime: str = ""
    hypotheses: tuple[Hypothesis, ...] = ()
    loss: str = "not said"
    quotes: tuple[str, ...] = ()
    network: str = "two layers"
    initialisation: str = "not said"


_RELU = assume("relu", "activation", Eq(is_relu, 1))
_SMOOTH = assume("smooth", "activation", Eq(kinks, 0))
_SEPARABLE = assume("separable", "data", Gt(separation, 0))
_QUADRATIC, _CONVEX = "quadratic", "convex and Lipschitz"
_SGD, _GD = "stochastic gradient descent", "gradient descent"
_TABLE, _TEXT = "Table 1", "Section 1"
_SQUARE, _LINEAR = ({n: 2},), ({n: 1},)
_UNSURE = "; the tilde of the order is not legible in the available text"

QUOTED = (
    _Quoted(
        "oymak_soltanolkotabi_2020",
        "Oymak and Soltanolkotabi (2020): SGD on the first layer, ReLU, quadratic loss",
        _SGD,
        "hidden weights",
        _TABLE,
        _SQUARE,
        1,
        (CHECK_33, CHECK_34),
        hypotheses=(_RELU,),
        loss=_QUADRATIC,
        quotes=("os19.thm2_6", "os19.thm2_3"),
    ),
    _Quoted(
        "song_yang_2019",
        "Song and Yang (2019): gradient descent on the first layer, ReLU, separable data",
        _GD,
        "hidden weights",
        _TABLE,
        _SQUARE,
        regime=_UNSURE,
        hypotheses=(_RELU, _SEPARABLE),
    ),
    _Quoted(
        "kawaguchi_huang_2019",
        "Kawaguchi and Huang (2019): gradient descent on the second layer, ReLU, convex Lipschitz loss",
        _GD,
        "output weights",
        _TABLE,
        _LINEAR,
        1,
        hypotheses=(_RELU,),
        loss=_CONVEX,
    ),
    _Quoted(
        "du_2019",
        "Du et al. (2019): gradient descent, ReLU, separable data, quadratic loss",
        _GD,
        "not said",
        _TABLE,
        ({n: 6},),
        1,
        hypotheses=(_RELU, _SEPARABLE),
        loss=_QUADRATIC,
        quotes=("du_zhai_poczos_singh_2018",),
    ),
    _Quoted(
        "zou_gu_2019",
        "Zou and Gu (2019): gradient descent, ReLU, separable data, quadratic loss",
        _GD,
        "not said",
        _TABLE,
        ({n: 8},),
        regime=_UNSURE,
        hypotheses=(_RELU, _SEPARABLE),
        loss=_QUADRATIC,
    ),
    _Quoted(
        "companion_2022",
        "Companion paper on gradient descent (cited as Anonymous): both layers, smooth, quadratic loss",
        _GD,
        "both layers",
        _TABLE,
        ({n: Rational(3, 2)}, {n: 2}),
        1,
        regime="; both entries of the row read n^2 in the available text, the text says subquadratic",
        hypotheses=(_SMOOTH,),
        loss=_QUADRATIC,
    ),
    _Quoted(
        "allen_zhu_2019",
        "Allen-Zhu et al. (2019): SGD, ReLU, separable data, quadratic loss",
        _SGD,
        "not said",
        _TABLE,
        ({n: 24},),
        regime=_UNSURE,
        hypotheses=(_RELU, _SEPARABLE),
        loss=_QUADRATIC,
        quotes=("allen_zhu_li_song_2018",),
    ),
    _Quoted(
        "empirical",
        "Livni et al. (2014), Safran and Shamir (2018) and others: linear width seen to suffice in experiments",
        _SGD,
        "not said",
        _TEXT,
        _LINEAR,
        regime="; an observation, not a theorem",
        network="not said",
    ),
    _Quoted(
        "nguyen_mondelli_2020",
        "Nguyen and Mondelli (2020): gradient descent, linear width, lazy initialisation",
        _GD,
        "all layers",
        _TEXT,
        _LINEAR,
        errata=(CHECK_32,),
        network="not said",
    ),
    _Quoted(
        "ji_telgarsky_2020",
        "Ji and Telgarsky (2020): polylogarithmic width, any depth, ergodic",
        "not said",
        "not said",
        _TEXT,
        ({},),
        1,
        network="any depth",
    ),
    _Quoted(
        "chen_2021",
        "Chen et al. (2021): polylogarithmic width, ergodic, SGD for deep ReLU binary classification",
        _SGD,
        "not said",
        _TEXT,
        ({},),
        1,
        hypotheses=(_RELU,),
        network="any depth",
    ),
    _Quoted(
        "daniely_2020",
        "Daniely (2020): SGD memorises random examples of two classes with a network of near-linear size",
        _SGD,
        "not said",
        _TEXT,
        _LINEAR,
        1,
        network="not said",
        initialisation="a variant of Xavier's",
    ),
)


def _comparator(item: _Quoted) -> Statement:
    regime = f"overparametrisation in the sense of {item.place}" + item.regime
    if item.logs:
        regime += "; power of the log unspecified"
    return Statement(
        id=f"sgd22.cmp.{item.key}",
        kind="comparator",
        title=item.title,
        source=source(item.place),
        setting=Setting(
            network=item.network,
            trained=item.trained,
            output_weights="not said",
            initialisation=item.initialisation,
            loss=item.loss,
            algorithm=item.algorithm,
        ),
        hypotheses=item.hypotheses,
        quotes=item.quotes,
        orders=tuple(
            Order(
                "width",
                exponents,
                {n: item.logs} if item.logs else {},
                regime=regime,
                quoted_by=f"sgd22, {item.place}",
            )
            for exponents in item.exponents
        ),
        errata=item.errata,
        proof="Quoted by sgd22; not checked at the source.",
    )


STATEMENTS = tuple(_comparator(item) for item in QUOTED)
