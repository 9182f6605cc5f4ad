"""The problem, Definitions 1 to 5, Assumptions 1 to 4 and the initialisation."""

from __future__ import annotations

from sympy import Eq, Integer, log, sqrt

from boundkit.papers.sgd22.loss import CHECK_03
from boundkit.papers.sgd22.paper import (
    ACTIVATION,
    DATA,
    GENERAL,
    GROWTH,
    ISOMETRY,
    LOSS_SMOOTH,
    MAP_SMOOTH,
    NETWORK,
    PL,
    UNIT_ROWS,
    assume,
    at_least,
    at_most,
    equated,
    halved,
    source,
)
from boundkit.papers.sgd22.path import CHECK_07
from boundkit.statement import Constant, Erratum, Statement
from boundkit.statement.vocabulary import (
    C,
    d,
    k,
    lipschitz,
    misfit,
    n,
    sup_dphi,
    var_phi,
)
from boundkit.statement.words.shared import loss
from boundkit.statement.words.stochastic import growth, linearisation_error, weight_shift
from boundkit.statement.words.stochastic_network import (
    hermite_norm,
    hermite_square_sum,
    hidden_std,
    mean_phi,
    output_std,
)

problem = Statement(
    id="sgd22.problem",
    kind="definition",
    title="Mean of squares of a two-layer network without width scaling, minimised by SGD over both layers",
    source=source("Sections 2 and 3", "(3)", "(4)", "(13)", "(14)"),
    setting=NETWORK,
    claims=(equated("objective", loss, Eq(loss, misfit**2 / n)),),
    errata=(
        Erratum(
            "CHECK-01",
            "misprint",
            "(3) prints the parameter space as the domain of f and f_j.",
            "They act on outputs: the domain is the space of outputs.",
        ),
    ),
)

def1 = Statement(
    id="sgd22.def1",
    kind="definition",
    title="Smoothness of a map",
    source=source("Definition 1", "(1)"),
    setting=GENERAL,
    hypotheses=(MAP_SMOOTH,),
    claims=(
        halved(
            "linearisation",
            linearisation_error,
            at_most(linearisation_error, lipschitz / 2 * weight_shift**2),
            limit=lipschitz / 2 * weight_shift**2,
            reason="a parabola attains it",
            experiment="weights",
        ),
    ),
)

def2 = Statement(
    id="sgd22.def2",
    kind="definition",
    title="Polyak-Lojasiewicz condition with optimal value zero",
    source=source("Definition 2", "(2)"),
    setting=GENERAL,
    hypotheses=(PL,),
    errata=(
        Erratum(
            "CHECK-02",
            "unstated hypothesis",
            "No infimum is subtracted, so for a nonnegative function every stationary point has value 0: the "
            "condition contains the assumption of interpolation. A remark, not an error.",
            "Read it so; smooth, PL and nonnegative together give alpha_f <= beta_f.",
        ),
    ),
)

def3 = Statement(
    id="sgd22.def3",
    kind="definition",
    title="Growth condition for batches",
    source=source("Definition 3", "(5)"),
    setting=GENERAL,
    hypotheses=(GROWTH,),
    claims=(
        halved(
            "at_least_one", growth, at_least(growth, 1), limit=Integer(1), reason="a batch of all samples attains it"
        ),
    ),
    errata=(CHECK_03,),
)

def4 = Statement(
    id="sgd22.def4",
    kind="definition",
    title="Near-isometry",
    source=source("Definition 4", "(8)"),
    setting=GENERAL,
    hypotheses=ISOMETRY,
)

def5 = Statement(
    id="sgd22.def5",
    kind="definition",
    title="Hermite norm of an activation",
    source=source("Definition 5"),
    claims=(equated("norm", hermite_norm, Eq(hermite_norm**2, hermite_square_sum), "data"),),
    errata=(
        Erratum(
            "CHECK-20",
            "extraction",
            "The norm reads as the sum of c_i^2, which diverges for tanh, GELU, erf and sin with coefficients that "
            "are not normalised; the factor 1/i! is lost in the available text or in print.",
            "The proof uses the sum of c_i^2 / i! = E phi(g)^2, finite for every Lipschitz activation.",
        ),
    ),
)

def5_repaired = Statement(
    id="sgd22.def5.repaired",
    kind="definition",
    title="Hermite norm of an activation, with 1/i!",
    source=source("Definition 5"),
    form="repaired",
    improves="sgd22.def5",
    claims=(equated("norm", hermite_norm, Eq(hermite_norm**2, mean_phi**2 + var_phi), "data"),),
    uses=("sgd22.def5",),
    proof="Parseval with the polynomials He_i of squared norm i!.",
)

assump1 = Statement(
    id="sgd22.assump1",
    kind="assumption",
    title="Smooth map, smooth Polyak-Lojasiewicz loss",
    source=source("Assumption 1"),
    setting=GENERAL,
    hypotheses=(MAP_SMOOTH, LOSS_SMOOTH, PL),
    uses=("sgd22.def1", "sgd22.def2"),
    errata=(CHECK_07,),
)

assump2 = Statement(
    id="sgd22.assump2",
    kind="assumption",
    title="Growth condition at the batch size in use",
    source=source("Assumption 2"),
    setting=GENERAL,
    hypotheses=(GROWTH,),
    uses=("sgd22.def3",),
)

assump3 = Statement(
    id="sgd22.assump3",
    kind="assumption",
    title="Smooth activation that vanishes at 0",
    source=source("Assumption 3"),
    setting=NETWORK,
    hypotheses=ACTIVATION,
    uses=("sgd22.def5",),
    errata=(
        Erratum(
            "CHECK-21",
            "unstated hypothesis",
            "Softplus, named next to it as a smooth activation used in practice, has value log 2 at 0. A remark: the "
            "paper does not say that it satisfies the assumption.",
            "Subtract log 2.",
        ),
    ),
)

CHECK_15 = Erratum(
    "CHECK-15",
    "unstated hypothesis",
    "The Hermite computation of the kernel needs samples of norm exactly 1, as its proof says; the assumption asks "
    "for norm at most 1.",
    "Ask for unit norm, or use the coefficients of phi(|x| z).",
)

assump4 = Statement(
    id="sgd22.assump4",
    kind="assumption",
    title="Bounded data and labels",
    source=source("Assumption 4"),
    setting=NETWORK,
    hypotheses=DATA,
    errata=(
        CHECK_15,
        Erratum(
            "CHECK-16",
            "unstated hypothesis",
            "The norm of the label matrix is the Frobenius norm, so a typical label has size 1/sqrt(n): a strong "
            "scaling. A remark, not an error.",
            "With labels of size 1 per sample the width grows by sqrt(d) (row g of the table of orders).",
        ),
    ),
)

assump4_repaired = Statement(
    id="sgd22.assump4.repaired",
    kind="assumption",
    title="Unit samples and bounded labels",
    source=source("Assumption 4"),
    form="repaired",
    improves="sgd22.assump4",
    setting=NETWORK,
    hypotheses=(UNIT_ROWS, DATA[1]),
    uses=("sgd22.assump4",),
    proof="What the Hermite expansion of the kernel uses.",
)

CHECK_27 = Erratum(
    "CHECK-27",
    "unstated hypothesis",
    "Remark 5 says that LeCun's and He's schemes are covered. With unit samples and omega_1 = 1/sqrt(d) the bound on "
    "the smallest singular value carries omega_1^t, so the constant of the width is not free of d and n. They also "
    "miss the displayed bound (A.54) by log(k), which the paper's notation hides.",
    "The dimension-free width needs omega_1 times the norm of a sample to be of order 1.",
)

SCALE = assume("initial_scale", "parameter", at_most(hidden_std * output_std, C / (sup_dphi * sqrt(d * k) * log(k))))

init = Statement(
    id="sgd22.init",
    kind="assumption",
    title="Normal initialisation of both layers, with (A.54)",
    source=source("Section 3", "(15)", "(A.54)", "Remark 5"),
    setting=NETWORK,
    hypotheses=(SCALE,),
    constants=(Constant(C, "open", note="in (A.54)"),),
    errata=(CHECK_27,),
)

STATEMENTS = (
    problem,
    def1,
    def2,
    def3,
    def4,
    def5,
    def5_repaired,
    assump1,
    assump2,
    assump3,
    assump4,
    assump4_repaired,
    init,
)
