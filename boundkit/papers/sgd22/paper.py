"""The paper (an ICLR 2022 submission), its settings, its shared hypotheses, and composition by substitution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sympy import Eq, Expr, Ge, Gt, Integer, Le, Lt, Min, Symbol, oo

from boundkit.statement import Claim, Constant, Hypothesis, Paper, Setting, Source, Statement
from boundkit.statement.statement import Chance, Experiment, Role
from boundkit.statement.vocabulary import (
    C,
    alpha,
    beta,
    c_d,
    d,
    k,
    kinks,
    lipschitz,
    n,
    norm_y,
    row_norm_deviation,
    sigma_min_J0,
    sup_d2phi,
    sup_dphi,
    tightness,
)
from boundkit.statement.words.shared import b, loss, power, sup_phi_0
from boundkit.statement.words.stochastic import (
    batch_gradient_moment,
    batch_gradient_norm,
    exit_margin,
    growth,
    growth_sure,
    jacobian_shift,
    loss_slope,
    loss_slope_change,
    loss_smoothness,
    norm_J_start,
    output_shift,
    pl_constant,
    weight_shift,
)
from boundkit.statement.words.stochastic_network import hermite_norm, max_row_norm

PAPER = Paper(
    key="sgd22",
    title="Linear convergence of SGD on overparametrized shallow neural networks",
    authors=("Anonymous",),
    year=2022,
    arxiv="",
    version="under review at ICLR 2022",
    letters={
        "n": "m",
        "d": "d_0",
        "k": "d_1",
        "K": "d_2",
        "alpha": r"\mu_\Phi",
        "beta": r"\nu_\Phi",
        "lipschitz": r"\beta_\Phi",
        "radius": r"\rho_\Phi",
        "step_size": r"\lambda",
        "tau": "i",
        "loss": r"h(w_i)",
        "loss_0": r"h(w_0)",
        "norm_X": r"\sigma_{\max}(X)",
        "norm_y": r"\lVert Y\rVert",
        "sup_dphi": r"\dot\phi_{\max}",
        "sup_d2phi": r"\ddot\phi_{\max}",
        "mean_phi": "c_0",
        "mu_phi_tilde": "c_1",
        "batch_count": r"\binom mb",
        "distance": r"\lVert w_i-w_0\rVert",
        "stopped_loss": r"h(w_i)\mathbf 1\{w_0,\dots,w_i\in B\}",
        "loss_before_exit": r"h(w_i)\mathbf 1\{w_0,\dots,w_{i-1}\in B\}",
        "loss_given_stay": r"\mathbb E[h(w_i)\mid\text{all iterates in }B]",
        "stopped_path": r"\ell(I)",
        "limit_loss": r"\lim_i h(w_i)",
    },
)


def at_most(left: Any, right: Any) -> Any:
    """`left <= right`, not evaluated: deciding it from the signs of symbols takes SymPy long."""
    return Le(left, right, evaluate=False)


def at_least(left: Any, right: Any) -> Any:
    """`left >= right`, not evaluated."""
    return Ge(left, right, evaluate=False)


def smaller(left: Any, right: Any) -> Expr:
    """The minimum, not evaluated."""
    return Min(left, right, evaluate=False)


def source(label: str, *equations: str) -> Source:
    """A place in this paper."""
    return Source(PAPER, label, equations)


def general(step_size: Expr | None = None, *, drawn: str = "uniform") -> Setting:
    """Any composite objective f(Phi(w)), trained by SGD from a given point."""
    return Setting(
        network="any map Phi from parameters to outputs, without scaling",
        trained="all parameters",
        output_weights="part of the parameters",
        initialisation="a given point",
        loss="mean of n nonnegative functions of the outputs",
        algorithm=f"stochastic gradient descent, batches of b samples, {drawn} and independent over steps",
        step_size=step_size,
    )


def network(step_size: Expr | None = None, *, batches: str = "without repetition") -> Setting:
    """Two layers without bias and without factor 1/sqrt(width), both trained by SGD with one step size."""
    return Setting(
        network="two layers",
        trained="both layers",
        output_weights="normal with standard deviation omega_2",
        initialisation="normal with standard deviation omega_1",
        loss="mean of squares",
        algorithm=f"stochastic gradient descent, batches of b samples {batches}, independent over steps",
        step_size=step_size,
    )


GENERAL = general()
NETWORK = network()

MAP_SMOOTH = Hypothesis("map_smooth", "run", at_most(jacobian_shift, lipschitz * weight_shift))
LOSS_SMOOTH = Hypothesis("loss_smooth", "run", at_most(loss_slope_change, loss_smoothness * output_shift))
PL = Hypothesis("polyak_lojasiewicz", "run", at_most(loss, loss_slope**2 / (2 * pl_constant)))
GROWTH = Hypothesis("growth", "run", at_most(batch_gradient_moment, growth * loss_slope**2))
GROWTH_SURE = Hypothesis("growth_sure", "run", at_most(batch_gradient_norm, growth_sure * loss_slope))
ISOMETRY = (
    Hypothesis("isometry_lower", "run", at_least(sigma_min_J0, alpha)),
    Hypothesis("isometry_upper", "run", at_most(norm_J_start, beta)),
)
MARGIN = Hypothesis("exit_margin", "parameter", Gt(exit_margin, 1))
BATCH = Hypothesis("batch", "parameter", at_most(b, n))
COMPOSITE = (MAP_SMOOTH, LOSS_SMOOTH, PL, GROWTH)

SMOOTH_ACTIVATION = Hypothesis("smooth_activation", "activation", Eq(kinks, 0))
ZERO_AT_ZERO = Hypothesis("zero_at_zero", "activation", Eq(sup_phi_0, 0))
FIRST_BOUNDED = Hypothesis("derivative_bounded", "activation", Lt(sup_dphi, oo, evaluate=False))
SECOND_BOUNDED = Hypothesis("second_derivative_bounded", "activation", Lt(sup_d2phi, oo, evaluate=False))
HERMITE_FINITE = Hypothesis("hermite_norm_finite", "activation", Lt(hermite_norm, oo, evaluate=False))
ACTIVATION = (SMOOTH_ACTIVATION, ZERO_AT_ZERO, FIRST_BOUNDED, SECOND_BOUNDED, HERMITE_FINITE)
SMOOTH = (SMOOTH_ACTIVATION, FIRST_BOUNDED, SECOND_BOUNDED)
BOUNDED_ROWS = Hypothesis("rows_bounded", "data", at_most(max_row_norm, 1))
DATA = (BOUNDED_ROWS, Hypothesis("labels_bounded", "data", at_most(norm_y, 1)))
UNIT_ROWS = Hypothesis("unit_rows", "data", Eq(row_norm_deviation, 0))
WIDE = Hypothesis("wide", "width", at_least(k, n))
SAMPLES = (
    Hypothesis("samples_lower", "data", at_least(n, c_d * d**power)),
    Hypothesis("samples_upper", "data", at_most(n, C * d**power)),
)
OPEN_RANGE = Constant(c_d, "open", note="in the number of samples")


def claim(label: str, observable: Symbol, relation: Any, chance: Chance = "as stated") -> Claim:
    """A claim that no sampler observes."""
    return Claim(label, observable, relation, "unobserved", chance=chance)


def observed(
    label: str,
    observable: Symbol,
    template: Any,
    *,
    twin: Expr,
    reason: str,
    experiment: Experiment = "training",
    chance: Chance = "as stated",
) -> Claim:
    """A claim that a sampler observes, with the tightening at which it must fail."""
    return Claim(label, observable, template, experiment, twin, reason, chance)


def equated(label: str, observable: Symbol, relation: Any, experiment: Experiment = "batches") -> Claim:
    """An equation of numbers that are not zero, which holds surely; the twin doubles its left side."""
    template = Eq(tightness * relation.lhs, relation.rhs, evaluate=False)
    reason = "no number but zero is twice itself"
    return Claim(label, observable, template, experiment, Integer(2), reason, "surely")


def halved(
    label: str, observable: Symbol, relation: Any, *, limit: Expr, reason: str, experiment: Experiment = "batches"
) -> Claim:
    """A bound that holds surely; the twin asks for half of `limit`, which an upper one does not undercut, or twice."""
    upper = relation.rel_op == "<="
    left, right = relation.args
    template = at_most(left, right / tightness) if upper else at_least(left, tightness * right)
    twin = 2 * right / limit if upper else 2 * limit / right
    return Claim(label, observable, template, experiment, twin, reason, "surely")


def rewrite(relation: Any, values: Mapping[Symbol, Expr]) -> Any:
    """A relation with symbols replaced on both sides, all at once."""
    if relation.free_symbols.isdisjoint(values):
        return relation
    return relation.func(relation.lhs.xreplace(values), relation.rhs.xreplace(values), evaluate=False)


def at_values(item: Claim, values: Mapping[Symbol, Expr]) -> Claim:
    """A claim with quantities replaced."""
    template, twin, doubt = rewrite(item.template, values), item.twin.xreplace(values), item.doubt.xreplace(values)
    return replace(item, template=template, twin=twin, doubt=doubt)


def assume(label: str, role: Role, relation: Any) -> Hypothesis:
    """A hypothesis of this paper."""
    return Hypothesis(label, role, relation)


def compose(
    base: Statement,
    values: Mapping[Symbol, Expr],
    *,
    replaced: Iterable[str] = (),
    hypotheses: tuple[Hypothesis, ...] = (),
    **changes: Any,
) -> Statement:
    """`base` with quantities replaced by what lemmas say of them.

    The hypotheses named in `replaced` are what those lemmas establish; `hypotheses` are those of the lemmas.
    """
    gone = set(replaced)
    missing = gone - {item.label for item in base.hypotheses}
    if missing:
        raise ValueError(f"{base.id} has no hypotheses {missing}")
    kept = (item for item in base.hypotheses if item.label not in gone)
    derived = replace(
        base,
        hypotheses=(*hypotheses, *(replace(item, relation=rewrite(item.relation, values)) for item in kept)),
        claims=tuple(at_values(item, values) for item in base.claims),
        probability=None if base.probability is None else base.probability.xreplace(values),
        summary={name: value.xreplace(values) for name, value in base.summary.items()},
        errata=(),
        instance={},
        orders=(),
    )
    return replace(derived, **changes)
