"""Composing lemmas into a theorem: the tracked constants are computed here, none is typed.

A chain takes the lemmas that a proof uses, substitutes their bounds into the hypotheses of a deterministic
convergence theorem and solves the one condition that involves the width. Passing another lemma (a sharper
misfit, another eigenvalue bound) recomputes the theorem.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sympy import Dummy, Expr, Ge, Symbol, factor_terms, sqrt
from sympy.core.relational import Relational

from boundkit.papers.os19.descent import unsquared
from boundkit.papers.os19.model import BALANCED
from boundkit.statement import Claim, Hypothesis, Statement
from boundkit.statement.vocabulary import (
    alpha,
    beta,
    k,
    lipschitz,
    misfit_0,
    radius,
    step_size,
    weight_change,
)

Substitution = Mapping[Symbol, Expr]


@dataclass(frozen=True)
class Conclusion:
    """What a chain derives: everything that a theorem's statement needs beyond its name."""

    width: tuple[Hypothesis, ...]
    claims: tuple[Claim, ...]
    probability: Expr
    summary: Mapping[str, Expr]
    uses: tuple[str, ...]


def solve_for_width(relation: Relational, label: str) -> Hypothesis:
    """`relation` as `sqrt(k) >= ...`; the quotient of its sides must be a power of the width.

    >>> from boundkit.statement.vocabulary import n
    >>> solve_for_width(Ge(k / n, sqrt(k)), "width").relation
    sqrt(k) >= n
    """
    root = Dummy("root", positive=True)
    constant, power = (relation.lhs / relation.rhs).subs(k, root**2).as_independent(root, as_Add=False)
    base, exponent = power.as_base_exp()
    if base != root or exponent <= 0:
        raise ValueError(f"{label}: the sides of {relation} do not differ by a power of the width")
    return Hypothesis(label, "width", Ge(sqrt(k), tidy(constant ** (-1 / exponent))))


def smooth_chain(
    *,
    optimisation: Statement,
    spectrum: Statement,
    initial_misfit: Statement,
    lipschitz_lemma: Statement,
    norm_lemma: Statement,
    step_ratio: Expr,
    bounds: Substitution,
) -> Conclusion:
    """Corollary 6.11 on the network: spectrum at the start, Lipschitz Jacobian, small initial misfit."""

    def on_network(expression: Any) -> Any:
        return expression.xreplace(BALANCED).xreplace(bounds)

    start = on_network(_bound(spectrum, "jacobian_spectrum"))
    misfit_bound = on_network(_bound(initial_misfit, "initial_misfit"))
    values = {
        alpha: start / (optimisation.hypothesis("spectrum_at_start").relation.rhs / alpha),
        beta: on_network(_bound(norm_lemma, "jacobian_norm")),
        lipschitz: on_network(_bound(lipschitz_lemma, "lipschitz")) / weight_change,
    }
    values[step_size] = step_ratio / values[beta] ** 2
    room = optimisation.hypothesis("misfit_room").relation.subs(values).subs(misfit_0, misfit_bound)
    return _conclude(
        room=room,
        optimisation=optimisation,
        values=values,
        misfit_bound=misfit_bound,
        lemmas=(spectrum, initial_misfit),
        on_network=on_network,
        others=(lipschitz_lemma, norm_lemma),
    )


def relu_chain(
    *,
    optimisation: Statement,
    spectrum: Statement,
    initial_misfit: Statement,
    drift_lemma: Statement,
    norm_lemma: Statement,
    step_ratio: Expr,
    bounds: Substitution,
    deviation: Substitution,
) -> Conclusion:
    """Theorem 6.13 on the ReLU network: the ball it needs must fit into the ball of the drift lemma.

    `deviation` rescales the deviation parameter inside the misfit lemma.
    """

    def on_network(expression: Any) -> Any:
        return expression.xreplace(BALANCED).xreplace(bounds)

    rescaled = replace(
        initial_misfit,
        claims=tuple(
            replace(item, template=item.template.subs(deviation), twin=item.twin.subs(deviation))
            for item in initial_misfit.claims
        ),
        probability=(initial_misfit.probability or Expr()).subs(deviation),
    )
    misfit_bound = on_network(_bound(rescaled, "initial_misfit"))
    drift = on_network(_bound(drift_lemma, "jacobian_drift"))
    values = {
        alpha: drift / (optimisation.hypothesis("jacobian_drift").relation.rhs / alpha),
        beta: on_network(_bound(norm_lemma, "jacobian_norm")),
    }
    values[step_size] = step_ratio / values[beta] ** 2
    needed = optimisation.instance[radius].subs(values).subs(misfit_0, misfit_bound)
    return _conclude(
        room=Ge(on_network(drift_lemma.instance[radius]), needed),
        optimisation=optimisation,
        values=values,
        misfit_bound=misfit_bound,
        lemmas=(spectrum, rescaled, drift_lemma),
        on_network=on_network,
        others=(norm_lemma,),
    )


def _bound(lemma: Statement, label: str) -> Expr:
    return lemma.claim(label).bound


def _conclude(
    *,
    room: Relational,
    optimisation: Statement,
    values: dict[Symbol, Expr],
    misfit_bound: Expr,
    lemmas: tuple[Statement, ...],
    others: tuple[Statement, ...],
    on_network: Any,
) -> Conclusion:
    conditions = [
        solve_for_width(on_network(item.relation), item.label)
        for lemma in lemmas
        for item in lemma.hypotheses
        if item.role == "width"
    ]
    claims = tuple(_instantiate(item, values) for item in optimisation.claims)
    failures = [on_network(lemma.failure) for lemma in lemmas]
    summary = {
        "rate": tidy(optimisation.summary["rate"].xreplace(values)),
        "radius": tidy(optimisation.summary["radius"].xreplace(values).subs(misfit_0, misfit_bound)),
        "misfit_0": misfit_bound,
    }
    return Conclusion(
        width=(solve_for_width(room, "width"), *conditions),
        claims=claims,
        probability=1 - sum(failures, start=0 * misfit_bound),
        summary=summary,
        uses=tuple(item.id for item in (optimisation, *lemmas, *others)),
    )


def _instantiate(claim: Claim, values: Substitution) -> Claim:
    if claim.label == "rate" and claim.relation.lhs != claim.observable:
        claim = unsquared(claim, ceiling=step_size * beta**2)
    template = _undecided(claim.template, lambda side: tidy(side.xreplace(values)))
    return replace(claim, template=template, twin=tidy(claim.twin.xreplace(values)))


def _undecided(relation: Relational, change: Callable[[Any], Any]) -> Any:
    """The relation with both sides changed; SymPy is not asked whether it holds, which takes most of the time."""
    return relation.func(change(relation.lhs), change(relation.rhs), evaluate=False)


def tidy(expression: Any) -> Any:
    """Common factors collected; all symbols are positive, so powers have combined by themselves."""
    return factor_terms(expression)


def substitute(statement: Conclusion, values: Substitution, *, uses: tuple[str, ...]) -> Conclusion:
    """The conclusion with a quantity replaced by a bound of it, as with an eigenvalue by its lower bound."""

    def swap(relation: Relational) -> Any:
        return _undecided(relation, lambda side: side.xreplace(values))

    return replace(
        statement,
        width=tuple(replace(item, relation=swap(item.relation)) for item in statement.width),
        claims=tuple(
            replace(item, template=swap(item.template), twin=item.twin.xreplace(values)) for item in statement.claims
        ),
        probability=statement.probability.xreplace(values),
        summary={name: value.xreplace(values) for name, value in statement.summary.items()},
        uses=(*statement.uses, *uses),
    )


def drop_path_claim(conclusion: Conclusion) -> Conclusion:
    """Leaves out the claim about path and misfit together, which the printed theorems do not make."""
    return replace(conclusion, claims=tuple(item for item in conclusion.claims if item.label != "path_radius"))
