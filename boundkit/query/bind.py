"""Giving every symbol of a statement a certified value: data, activation, parameters, assumed constants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import flint
from sympy import Symbol

from boundkit.activations import Activation, Z, activation
from boundkit.arithmetic import BALL, ball, evaluate, exact, precision
from boundkit.data import Dataset, Quantity, dataset, quantities
from boundkit.errors import BadInput, Infeasible, NotApplicable, unknown
from boundkit.statement import VOCABULARY, Entry, Statement, expand
from boundkit.statement.vocabulary import step_size

SETTABLE_BOUNDS = ("B",)
LARGEST_WIDTH = 10**300


@dataclass(frozen=True)
class Binding:
    """A statement with values: `values` holds a ball for every symbol that is known before a run.

    `missing` are the open constants without an assumed value; `assumed` the names the caller supplied.
    """

    statement: Statement
    data: Dataset
    activation: Activation | None
    values: Mapping[Symbol, Any]
    quantities: Mapping[str, Quantity]
    missing: tuple[Symbol, ...]
    assumed: tuple[str, ...]
    failing: tuple[str, str] | None = None
    reduced: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def with_values(self, more: Mapping[Symbol, Any]) -> Mapping[Symbol, Any]:
        """The values together with `more`."""
        return {**self.values, **more}

    def evaluate(self, expression: Any, more: Mapping[Symbol, Any]) -> Any:
        """The ball that encloses `expression`, with network quantities expressed by the setting."""
        return evaluate(self.reduce(expression), self.with_values(more), BALL)

    def reduce(self, expression: Any) -> Any:
        """`expression` with definitions expanded and network quantities replaced by what the setting says."""
        if expression not in self.reduced:
            self.reduced[expression] = _reduce(expression, self.statement)
        return self.reduced[expression]


def bind(
    statement: Statement,
    *,
    data: Dataset | str,
    activation_name: str | Activation | None = None,
    parameters: Mapping[str, object] | None = None,
    assume: Mapping[str, object] | None = None,
) -> Binding:
    """Values for every symbol of `statement` that does not depend on a run.

    Raises BadInput for an unknown or out-of-range parameter, for a parameter that is needed and not given,
    and for an assumed constant that the statement does not have.
    """
    data = dataset(data) if isinstance(data, str) else data
    if not isinstance(data, Dataset):
        raise BadInput("data", data, "must be a Dataset or a description such as sphere:n=20,d=10")
    chosen = None if activation_name is None else activation(activation_name)
    given = _parameters(parameters or {})
    assumed = _assumptions(statement, assume or {})
    words = [VOCABULARY[s.name] for s in _basic_symbols(statement)]
    if chosen is None and any(_needs_activation(word) for word in words):
        raise BadInput("activation", None, "is needed by this statement, for example softplus")
    values: dict[Symbol, Any] = {}
    missing: list[Symbol] = []
    known: dict[str, Quantity] = {}
    failing: tuple[str, str] | None = None
    unmeasured: list[tuple[str, str]] = []
    for word in sorted(words, key=_order):
        if word.name in given:
            values[word.symbol] = ball(given[word.name])
        elif word.origin == "given":
            if word.default is not None:
                values[word.symbol] = ball(exact(word.name, word.default))
        elif word.origin == "constant":
            value = assumed.get(word.name)
            if value is None:
                missing.append(word.symbol)
            else:
                values[word.symbol] = ball(value)
        elif word.origin in ("data", "activation") and failing is None:
            try:
                with precision():
                    known[word.name] = _measured(word, data, chosen)
                values[word.symbol] = _value(known[word.name])
            except NotApplicable as error:
                failing = (error.label, str(error))
            except Infeasible as error:
                unmeasured.append((word.name, str(error)))
    return Binding(
        statement=statement,
        data=data,
        activation=chosen,
        values=values,
        quantities=known,
        missing=tuple(missing),
        assumed=tuple(assumed),
        failing=failing or (unmeasured[0] if unmeasured else None),
    )


def require(binding: Binding, *symbols: Symbol) -> None:
    """BadInput naming the first given symbol that has no value."""
    for symbol in symbols:
        word = VOCABULARY[symbol.name]
        if word.origin == "given" and symbol not in binding.values:
            raise BadInput(word.name, None, f"is needed: {word.meaning} ({word.domain})")


def _reduce(expression: Any, statement: Statement) -> Any:
    replacements = dict(statement.instance)
    setting = statement.setting
    if setting is not None:
        replacements.update(setting.substitutions)
        if setting.step_size is not None and step_size not in setting.step_size.free_symbols:
            replacements.setdefault(step_size, setting.step_size)
    while expression.free_symbols & replacements.keys():
        expression = expression.xreplace(replacements)
    return expand(expression)


def _basic_symbols(statement: Statement) -> set[Symbol]:
    found: set[Symbol] = set()
    for symbol in statement.symbols:
        found |= expand(symbol).free_symbols
    for expression in statement.setting.substitutions.values() if statement.setting else ():
        found |= expand(expression).free_symbols
    return found


def _order(word: Entry) -> tuple[bool, str]:
    return (word.name != "row_norm_deviation", word.name)


def _needs_activation(word: Entry) -> bool:
    return word.origin == "activation" or word.name == "lambda"


def _measured(word: Entry, data: Dataset, chosen: Activation | None) -> Quantity:
    fact = _FACTS.get(word.name)
    if fact is not None:
        return Quantity(word.name, fact(data, chosen))
    try:
        return quantities(data, chosen, names=[word.name])[word.name]
    except BadInput as error:
        if error.argument != "quantity":
            raise
        raise Infeasible(f"{word.name} ({word.meaning}) cannot be measured yet") from None


def _value(quantity: Quantity) -> Any:
    """The ball of a quantity; for an upper bound such as B its upper end, which is a bound too."""
    return quantity.ball.upper() if quantity.name in SETTABLE_BOUNDS else quantity.ball


def _sphere_sample(data: Dataset, chosen: Activation | None) -> Any:
    """1 for the sphere generator, 0 for the other generators, unknown for data that a user brings."""
    generator = data.name.partition(":")[0]
    if generator in ("orthonormal", "circle", "digits"):
        return flint.arb(0)
    return flint.arb(1) if generator == "sphere" else flint.arb("0.5 +/- 0.5")


_FACTS: dict[str, Callable[[Dataset, Any], Any]] = {
    "sup_phi_0": lambda data, chosen: abs(evaluate(chosen.expression, {Z: flint.arb(0)}, BALL)),
    "mean_phi": lambda data, chosen: chosen.coefficients(0, 0)[0],
    "gamma_phi": lambda data, chosen: chosen.coefficients(0, 2)[2],
    "sphere_sample": _sphere_sample,
    "kinks": lambda data, chosen: flint.arb(len(chosen.kinks)),
    "is_relu": lambda data, chosen: flint.arb(int(chosen.name == "relu")),
    "is_softplus": lambda data, chosen: flint.arb(int(chosen.name == "softplus")),
}


def _parameters(parameters: Mapping[str, object]) -> dict[str, Any]:
    allowed = [word.name for word in VOCABULARY.values() if word.origin == "given"] + list(SETTABLE_BOUNDS)
    given = {}
    for name, value in parameters.items():
        if name not in allowed:
            raise unknown("set", name, allowed)
        if value is not None:
            given[name] = _in_domain(VOCABULARY[name], exact(name, value))
    return given


def _assumptions(statement: Statement, assume: Mapping[str, object]) -> dict[str, Any]:
    allowed = [item.symbol.name for item in statement.constants if item.status == "open"]
    values = {}
    for name, value in assume.items():
        if name not in allowed:
            raise (
                unknown("assume", name, allowed)
                if allowed
                else BadInput("assume", name, f"{statement.id} has no open constant")
            )
        values[name] = _in_domain(VOCABULARY[name], exact(name, value))
    return values


def _in_domain(word: Entry, value: Any) -> Any:
    if word.domain == "positive integer":
        if value.denominator != 1 or not 1 <= value <= LARGEST_WIDTH:
            raise BadInput(word.name, value, "must be a positive integer of at most 300 digits")
    elif word.domain == "unit interval":
        if not 0 < value <= 1:
            raise BadInput(word.name, value, "must be above 0 and at most 1")
    elif value <= 0:
        raise BadInput(word.name, value, "must be a positive number")
    return value
