"""Theorem 5.1: eight events at the initialisation, one statement each and all together."""

from __future__ import annotations

from sympy import Expr, Integer, log

from boundkit.papers.zczg18 import initialisation, nodes, products, separation
from boundkit.papers.zczg18.assumptions import COMPARABLE_WIDTHS, DATA
from boundkit.papers.zczg18.model import INITIALISATION, at_least, at_most, claim, entry, open_constants, tried
from boundkit.statement import Claim, Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import C, c, k, n
from boundkit.statement.words.deep import (
    C_upper,
    c_level,
    c_lower,
    label_separation,
    last_coordinate,
    vector_sparsity,
    weight_norm,
)
from boundkit.statement.words.shared import L, failure


def separation_small(ratio: Expr) -> tuple[Hypothesis, ...]:
    """What Theorem 5.1 asks of its separation, the label separation over `ratio`."""
    return (
        Hypothesis("separation_depth", "data", at_most(label_separation, c * ratio / L)),
        Hypothesis("separation_coordinate", "data", at_most(label_separation, c * ratio * last_coordinate)),
    )


WIDTHS = (
    Hypothesis("width_separation", "width", at_least(k, C * L**4 / label_separation**4 * log(n**2 * L / failure))),
    Hypothesis("width_threshold", "width", at_least(k, C * initialisation.THRESHOLD_WIDTH)),
    Hypothesis("width_nodes", "width", at_least(k, C * n**2 / label_separation * log(n**2 / failure))),
)
SPARSITY = Hypothesis("sparsity", "parameter", at_least(vector_sparsity, C * products.PER_PAIR))
HYPOTHESES = (
    *DATA,
    COMPARABLE_WIDTHS,
    *separation_small(Integer(1)),
    *WIDTHS,
    SPARSITY,
    nodes.lemA_15.hypothesis("node_level"),
)
CHECK_17 = Erratum(
    "CHECK-17",
    "unstated hypothesis",
    "The bound on the norm of the first layer's weights needs an input dimension of the order of the width at most.",
    "Assume d = O(m); the first layer's norm is never used where the input is not perturbed.",
)
_WEIGHTS = tried(
    claim("weight_norm", weight_norm, at_most(weight_norm, C_upper)),
    "initialisation",
    limit=1,
    reason="a row of a layer's weights has norm about sqrt(2)",
)
_EVENTS: tuple[tuple[str, str, tuple[Claim, ...], tuple[str, ...], tuple[Erratum, ...]], ...] = (
    (
        "i",
        "norms of features and weights",
        (*initialisation.corA_2.claims, _WEIGHTS),
        ("corA_2",),
        (CHECK_17,),
    ),
    ("ii", "separation of features", separation.corA_5.claims, ("corA_5",), ()),
    ("iii", "outputs", initialisation.lemA_6.claims, ("lemA_6",), ()),
    ("iv", "small pre-activations", initialisation.lemA_7.claims, ("lemA_7",), ()),
    ("v", "products of layers", products.lemA_8.claims, ("lemA_8",), (products.CHECK_6,)),
    ("vi", "outputs of sparse vectors", products.lemA_9.claims, ("lemA_9",), ()),
    ("vii", "bilinear forms of sparse vectors", products.lemA_10.claims, ("lemA_10",), ()),
    ("viii", "units with a large gradient", nodes.lemA_15_repaired.claims, ("lemA_15.repaired",), ()),
)


def _event(
    number: str, words: str, claims: tuple[Claim, ...], uses: tuple[str, ...], errata: tuple[Erratum, ...]
) -> Statement:
    mentioned = {
        symbol
        for relation in (*(h.relation for h in HYPOTHESES), *(c.relation for c in claims))
        for symbol in relation.free_symbols
    }
    return entry(
        f"thm5_1_{number}",
        f"Initialisation, event ({number}): {words}",
        f"Theorem 5.1 ({number})",
        setting=INITIALISATION,
        hypotheses=HYPOTHESES,
        claims=claims,
        probability=1 - failure,
        constants=tuple(item for item in CONSTANTS if item.symbol in mentioned),
        uses=uses,
        errata=errata,
    )


CONSTANTS = open_constants(C, c, C_upper, c_lower, c_level)
EVENTS = tuple(_event(*event) for event in _EVENTS)
EVENT_IDS = tuple(f"thm5_1_{event[0]}" for event in _EVENTS)
thm5_1 = entry(
    "thm5_1",
    "Structure of the network at the Gaussian initialisation: eight events at once",
    "Theorem 5.1",
    "(5.1)",
    setting=INITIALISATION,
    hypotheses=HYPOTHESES,
    claims=tuple(item for event in EVENTS for item in event.claims),
    probability=1 - failure,
    constants=CONSTANTS,
    uses=EVENT_IDS,
    errata=(CHECK_17, products.CHECK_6),
)

STATEMENTS = (thm5_1, *EVENTS)
