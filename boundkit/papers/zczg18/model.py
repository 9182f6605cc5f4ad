"""The paper, its network and algorithms, and the shorthand that its statements share (section 3 of the paper)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sympy import Eq, Expr, Ge, Integer, Le, Mod, Piecewise, Rational, Symbol, log

from boundkit.statement import Claim, Constant, Hypothesis, Paper, Setting, Source, Statement
from boundkit.statement.statement import Experiment
from boundkit.statement.vocabulary import k, n, step_size, tightness
from boundkit.statement.words.deep import (
    loss_exponent,
    loss_floor,
    loss_growth,
)
from boundkit.statement.words.shared import L, failure

PAPER = Paper(
    key="zczg18",
    title="Stochastic Gradient Descent Optimizes Over-parameterized Deep ReLU Networks",
    authors=("Difan Zou", "Yuan Cao", "Dongruo Zhou", "Quanquan Gu"),
    year=2018,
    arxiv="1811.08888",
    letters={
        "k": "m",
        "T": "K",
        "tau": "k",
        "b": "B",
        "radius": r"\tau",
        "failure": r"\delta",
        "loss_exponent": "p",
        "loss": "L_S(W^{(k)})",
        "loss_0": "L_S(W^{(0)})",
        "C": r"\overline C",
        "c": r"\underline C",
    },
)

HALF = Rational(1, 2)
PER_EXAMPLE = log(n * L / failure)  # logarithm of the number of samples and layers over the failure probability


def source(label: str, *equations: str) -> Source:
    """A place in this paper."""
    return Source(PAPER, label, equations)


def setting(algorithm: str, step: Expr | None = None) -> Setting:
    """The deep ReLU network without biases and without scaling of its output, all hidden layers trained."""
    return Setting(
        network="deep ReLU without biases",
        trained="all hidden weights",
        output_weights="half +1, half -1",
        initialisation="normal with variance 2 / layer width",
        loss="mean of a loss of the margin",
        algorithm=algorithm,
        step_size=step,
    )


def on_events(given: Setting) -> Setting:
    """The same where the eight events of Theorem 5.1 hold, as they do with high probability."""
    return replace(given, initialisation=f"{given.initialisation}, on the eight events of Theorem 5.1")


INITIALISATION = setting("none")
SGD = "stochastic gradient descent, batches without replacement"
DESCENT = setting("gradient descent", step_size)
STOCHASTIC = setting(SGD, step_size)
EVEN_WIDTH = Hypothesis("even_width", "width", Eq(Mod(k, 2), 0))
ONE_HIDDEN_LAYER = Hypothesis("one_hidden_layer", "parameter", Eq(L, 1))


def at_most(left: Any, right: Any) -> Any:
    """`left <= right`, not evaluated: SymPy would look for the sign of the difference at import."""
    return Le(left, right, evaluate=False)


def at_least(left: Any, right: Any) -> Any:
    """`left >= right`, not evaluated.

    >>> at_least(k, 2 * n)
    k >= 2*n
    """
    return Ge(left, right, evaluate=False)


def claim(label: str, observable: Symbol, relation: Any) -> Claim:
    """A claim that no sampler observes yet."""
    return Claim(label=label, observable=observable, template=relation, experiment="unobserved")


def tried(item: Claim, experiment: Experiment, *, limit: Any, reason: str) -> Claim:
    """`item` on trial: the bound tightened by division (upper) or multiplication (lower).

    `limit` is what the bounded side certainly reaches at least (upper bounds) or at most (lower ones), for this
    `reason`; the twin asks for half of it, or for twice as much.

    >>> tried(claim("width", k, at_most(k, 3 * n)), "training", limit=n, reason="example").twin
    6
    """
    left, right = item.template.args
    upper = item.template.rel_op == "<="
    template = at_most(left, right / tightness) if upper else at_least(left, tightness * right)
    twin = 2 * right / limit if upper else 2 * limit / right
    return replace(item, template=template, experiment=experiment, twin=twin, twin_reason=reason)


def equated(item: Claim, experiment: Experiment) -> Claim:
    """An equation of numbers that are not zero on trial; the twin doubles its left side."""
    left, right = item.template.args
    template = Eq(tightness * left, right, evaluate=False)
    reason = "no number but zero is twice itself"
    return replace(item, template=template, experiment=experiment, twin=Integer(2), twin_reason=reason)


def open_constants(*symbols: Symbol) -> tuple[Constant, ...]:
    """Absolute constants whose value the paper does not give."""
    return tuple(Constant(symbol, "open") for symbol in symbols)


def entry(name: str, title: str, label: str, *equations: str, improves: str | None = None, **parts: Any) -> Statement:
    """A statement of this paper; its form is the ending of its name, `sharpened` for a derived result of its own."""
    ending = name.rsplit(".", 1)[-1]
    derived = "sharpened" if name.startswith("d.") else "printed"
    forms = ("tracked", "repaired", "sharpened", "refined")
    form: Any = parts.pop("form", ending if ending in forms else derived)
    parent = improves or (name.rsplit(".", 1)[0] if form == ending else None)
    prefixes = {"thm": "theorem", "cor": "corollary", "lem": "lemma", "asm": "assumption", "def": "definition"}
    kind = parts.pop("kind", prefixes.get(name[:3], "lemma"))
    return Statement(
        id=f"{PAPER.key}.{name}",
        kind=kind,
        title=title,
        source=source(label, *equations),
        form=form,
        improves=None if parent is None else f"{PAPER.key}.{parent}",
        uses=tuple(f"{PAPER.key}.{used}" for used in parts.pop("uses", ())),
        **parts,
    )


def potential(risk: Expr) -> Expr:
    """Psi_p: a primitive of x^(-2p).

    >>> from sympy import Rational
    >>> from boundkit.statement.words.deep import target_risk
    >>> potential(target_risk).subs(loss_exponent, Rational(1, 2))
    log(target_risk)
    """
    power = 1 - 2 * loss_exponent
    return Piecewise((log(risk), Eq(loss_exponent, HALF)), (risk**power / power, True))


def slowness(start: Expr, target: Expr) -> Expr:
    """Integral of (1/alpha_0^2 + 1/(alpha_1 (n x)^p)^2) dx from `target` to `start` (DRV-12)."""
    fall = potential(start) - potential(target)
    return (start - target) / loss_floor**2 + fall / (loss_growth**2 * n ** (2 * loss_exponent))


def at_failure(expression: Any, share: int) -> Any:
    """`expression` with the failure probability divided by `share`, for a union of events."""
    return expression.xreplace({failure: failure / Integer(share)})
