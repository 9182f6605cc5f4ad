"""The activations, the depth and the outputs of the networks that a statement is about, read off its parts."""

from __future__ import annotations

from sympy import Eq
from sympy.core.relational import Relational

from boundkit.statement.statement import Statement
from boundkit.statement.vocabulary import kinks, sup_d2phi, sup_dphi

MARGIN_LOSS = (
    "loss_exponent",
    "loss_floor",
    "loss_growth",
    "margin_loss_smoothness",
    "loss_cap",
    "loss_growth_cap",
    "loss_at_zero",
)
NUMBERS: dict[str, tuple[str, ...]] = {  # left to the caller, by the words of settings and the names of observables
    "deep": ("L", "T", "b", "max_width", "last_width", "target_risk"),
    "loss of the margin": MARGIN_LOSS,
    "omega_1": ("hidden_std",),
    "omega_2": ("output_std",),
    "[S, -S]": ("output_scale",),
    "random signs": ("output_scale",),
    "any matrix": ("output_scale",),
    "batches": ("b",),
    "gaussian_distance": ("gaussian_dimension",),
}


def activation_class(statement: Statement) -> str:
    """The narrowest class that its hypotheses and setting name.

    One activation (`relu`, `quadratic`, `softplus`, ...), `smooth` (no kinks, or a bounded second derivative),
    `lipschitz` (a bounded first derivative only), or `any`.

    >>> from boundkit.papers import statement
    >>> [activation_class(statement(f"os19.{name}")) for name in ("thm2_1", "thm2_3", "lem6_7", "lem6_5")]
    ['smooth', 'relu', 'lipschitz', 'any']
    """
    relations = [item.relation for item in statement.hypotheses]
    named = [name for name in map(_pinned, relations) if name]
    if named:
        return named[0]
    if relu_units(statement):
        return "relu"
    if statement.setting is not None and "quadratic activation" in statement.setting.network:
        return "quadratic"
    if any(_bounds(item, sup_d2phi) or item == Eq(kinks, 0) for item in relations):
        return "smooth"
    return "lipschitz" if any(_bounds(item, sup_dphi) for item in relations) else "any"


def depth(statement: Statement) -> str:
    """`two layers`, `deep`, `one layer` for linear models, `any` for other maps; empty without a setting.

    >>> from boundkit.papers import statement
    >>> depth(statement("os19.thm2_1")), depth(statement("zczg18.thm4_1")), depth(statement("sgd22.thm1"))
    ('two layers', 'deep', 'any')
    """
    words = "" if statement.setting is None else statement.setting.network
    kinds = {"two layers": "two layers", "deep": "deep", "linear model": "one layer", "any": "any"}
    return next((kind for start, kind in kinds.items() if words.startswith(start)), "")


def one_output(statement: Statement) -> bool:
    """Whether the network has one output, so that a label is one number; False without a setting.

    >>> from boundkit.papers import statement
    >>> [one_output(statement(id)) for id in ("os19.thm2_1", "zczg18.thm4_1", "ofls19.thm3_2", "sgd22.thm2")]
    [True, True, False, False]
    """
    setting = statement.setting
    if setting is None:
        return False
    single = ("two layers, unscaled", "deep")
    return setting.network.startswith(single) or setting.output_weights in ("balanced", "free")


def relu_units(statement: Statement) -> bool:
    """Whether its setting says that the units are ReLU, so that no other activation fits.

    >>> from boundkit.papers import statement
    >>> [relu_units(statement(id)) for id in ("zczg18.thm4_1", "os19.thm2_1")]
    [True, False]
    """
    return statement.setting is not None and "ReLU" in statement.setting.network


def numbers_of_setting(statement: Statement) -> set[str]:
    """The numbers that describe its network, loss, algorithm or observables, whether or not a formula has them.

    >>> from boundkit.papers import statement
    >>> sorted(numbers_of_setting(statement("sgd22.thm2"))), numbers_of_setting(statement("os19.thm2_1"))
    (['b', 'hidden_std', 'output_std'], set())
    """
    words = [claim.observable.name for claim in statement.claims]
    if statement.setting is not None:
        described = ("network", "initialisation", "output_weights", "loss", "algorithm")
        words += [getattr(statement.setting, part) for part in described]
    return {name for word, names in NUMBERS.items() if any(word in part for part in words) for name in names}


def _pinned(relation: Relational) -> str:
    """`relu` for is_relu = 1, empty for any other relation."""
    symbol = relation.lhs
    pinned = isinstance(relation, Eq) and relation.rhs == 1 and symbol.is_Symbol and symbol.name.startswith("is_")
    return symbol.name.removeprefix("is_") if pinned else ""


def _bounds(relation: Relational, quantity: object) -> bool:
    return bool(relation.rel_op in ("<", "<=") and relation.lhs == quantity)
