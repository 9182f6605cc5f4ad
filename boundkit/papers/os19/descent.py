"""Claims about a run of gradient descent, with the planted-false twin that each must reject."""

from __future__ import annotations

from sympy import Expr, Le, Symbol, factor_terms

from boundkit.papers.os19.model import MARGIN
from boundkit.statement import Claim
from boundkit.statement.vocabulary import distance, misfit, misfit_0, path_length, tau, tightness


def rate(contraction: Expr, *, ceiling: Expr, start: Expr = misfit_0) -> Claim:
    """The misfit shrinks by `1 - contraction` a step; `ceiling` is eta beta^2."""
    return Claim(
        label="rate",
        observable=misfit,
        template=Le(misfit, (1 - tightness * contraction) ** tau * start),
        experiment="training",
        twin=MARGIN * ceiling / contraction,
        twin_reason=(
            "the residual is multiplied by I - eta J'J^T with |J'|, |J| <= beta, so a step cannot shrink it by "
            "more than eta beta^2"
        ),
    )


def squared_rate(contraction: Expr, *, ceiling: Expr) -> Claim:
    """The squared misfit shrinks by `1 - contraction` a step; `ceiling` is eta beta^2."""
    return Claim(
        label="rate",
        observable=misfit,
        template=Le(misfit**2, (1 - tightness * contraction) ** tau * misfit_0**2),
        experiment="training",
        twin=(1 - (1 - MARGIN * ceiling) ** 2) / contraction,
        twin_reason="a step cannot shrink the residual by more than eta beta^2",
    )


def unsquared(claim: Claim, *, ceiling: Expr) -> Claim:
    """The same rate for the misfit itself, from sqrt(1 - x) <= 1 - x/2."""
    contraction = 1 - claim.relation.rhs.subs(tau, 1) / misfit_0**2
    return rate(factor_terms(contraction) / 2, ceiling=ceiling)


def potential(coefficient: Expr, *, norm_bound: Expr, travelled: Symbol = distance) -> Claim:
    """`coefficient` times the distance (or path length) plus the misfit never exceeds the initial misfit."""
    return Claim(
        label="radius" if travelled == distance else "path_radius",
        observable=travelled,
        template=Le(tightness * coefficient * travelled + misfit, misfit_0),
        experiment="training",
        twin=MARGIN * norm_bound / coefficient,
        twin_reason="the misfit falls by at most beta times the distance moved, already in the first step",
    )


def path(factor: Expr, *, norm_bound: Expr) -> Claim:
    """The whole path is at most `factor` times the initial misfit."""
    return Claim(
        label="path",
        observable=path_length,
        template=Le(path_length, factor * misfit_0 / tightness),
        experiment="training",
        twin=2 * norm_bound * factor,
        twin_reason="reaching half of the initial misfit takes a path of at least misfit_0 / (2 beta)",
    )
