"""Giving every symbol of a statement a certified value: data, activation, parameters, assumed constants."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import flint
from sympy import Eq, Le, Symbol
from sympy.core.relational import Relational

from boundkit.activations import Activation, activation
from boundkit.arithmetic import BALL, ball, evaluate, exact, precision
from boundkit.data import Dataset, Quantity, dataset, quantities
from boundkit.data.on_request import OF_DATA_ALONE, WITH_PARAMETERS
from boundkit.data.origins import Planted
from boundkit.data.planted import OF_PLANTED, OF_PLANTED_AND_ACTIVATION
from boundkit.data.quantities import OF_DATA_AND_ACTIVATION
from boundkit.errors import BadInput, Infeasible, Missing, NotApplicable
from boundkit.query.derive import cutoff_of, fixed_by_equations, known_of_data, unsuited
from boundkit.query.given import assumptions, in_domain, no_parameter
from boundkit.statement import VOCABULARY, Entry, Statement, expand
from boundkit.statement.classes import numbers_of_setting
from boundkit.statement.vocabulary import epsilon, k, step_size

MEASURED = ("data", "activation")  # origins of words that data and activation determine
LATER = ("network", "run")  # origins of words that only a run, or the caller, determines
SETTABLE_BOUNDS = ("B",)
_DEFAULTS = {word.name: word.default for word in VOCABULARY.values() if word.default is not None}


@dataclass(frozen=True)
class Binding:
    """A statement with values: `values` holds a ball for every symbol that is known before a run.

    `missing` are the open constants without an assumed value; `assumed` the names of those the caller supplied;
    `given` the exact parameters.
    """

    statement: Statement
    data: Dataset
    activation: Activation | None
    values: Mapping[Symbol, Any]
    quantities: Mapping[str, Quantity]
    missing: tuple[Symbol, ...]
    assumed: tuple[str, ...]
    given: Mapping[str, Any] = field(default_factory=dict)
    failing: tuple[str, str] | None = None
    fixed: Mapping[Symbol, Any] = field(default_factory=dict)
    reduced: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def with_values(self, more: Mapping[Symbol, Any]) -> Mapping[Symbol, Any]:
        """The values together with `more`."""
        return {**self.values, **more}

    def evaluate(self, expression: Any, more: Mapping[Symbol, Any]) -> Any:
        """The ball that encloses `expression`, with network quantities expressed by the setting."""
        return evaluate(self.reduce(expression), self.with_values(more), BALL)

    def unknown(self, expression: Any) -> frozenset[Symbol]:
        """The symbols of the reduced expression that have no value and are no open constants."""
        return frozenset(self.reduce(expression).free_symbols - self.values.keys() - set(self.missing))

    def reduce(self, expression: Any) -> Any:
        """`expression` with definitions expanded and network quantities replaced by what the setting says."""
        if isinstance(expression, Relational):  # built anew without being decided
            return expression.func(*map(self.reduce, expression.args), evaluate=False)
        if expression not in self.reduced:
            self.reduced[expression] = _reduce(expression, self.statement, self.fixed)
        return self.reduced[expression]


def bind(
    statement: Statement,
    *,
    data: Dataset | str,
    activation_name: str | Activation | None = None,
    parameters: Mapping[str, object] | None = None,
    assume: Mapping[str, object] | None = None,
    variables: Collection[str] = ("k",),
    measure: bool = True,
) -> Binding:
    """Values for every symbol of `statement` that does not depend on a run.

    `parameters` give values to free variables, and to quantities of the network or of a run that the statement's
    setting leaves free, such as `step_size`, `radius` or `output_weights_norm_0`. A quantity of data or activation that
    takes a parameter which is not given has no value; `require` names the parameter. Without `measure` only what is
    given has a value. Raises BadInput for a parameter that the statement does not use or that is out of range, and for
    an assumed constant that it does not have.
    """
    data = dataset(data) if isinstance(data, str) else data
    if not isinstance(data, Dataset):
        raise BadInput("data", data, "must be a Dataset or a description such as sphere:n=20,d=10")
    chosen = None if activation_name is None else activation(activation_name)
    given = _parameters(statement, parameters or {})
    given |= known_of_data(data, given)
    assumed = assumptions(statement, assume)
    words = [VOCABULARY[s.name] for s in _basic_symbols(statement)]
    planted = {*OF_PLANTED, *OF_PLANTED_AND_ACTIVATION} if isinstance(data.origin, Planted) else set()
    settled = {*given, *variables, *planted, *_DEFAULTS, *_determined(statement)}
    fixed = fixed_by_equations(statement, settled, lambda expression: _reduce(expression, statement, {}))
    if chosen is None and any(_needs_activation(word) for word in words):
        raise BadInput("activation", None, "is needed by this statement, for example softplus")
    values: dict[Symbol, Any] = {}
    missing: list[Symbol] = []
    known: dict[str, Quantity] = {}
    failing = unsuited(statement, data, chosen)
    measured = {word.name for word in words if measure and (word.origin in MEASURED or word.name in planted)}
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
        elif word.name in measured and failing is None and not _lacking(word, given, fixed):
            try:
                with precision():
                    found = _arguments(word, statement, fixed, given, values)
                    if found is None:
                        continue
                    known[word.name] = _measured(word, data, chosen, found)
                values[word.symbol] = _value(known[word.name])
            except NotApplicable as error:
                failing = (error.label, str(error))
            except Infeasible as error:
                unmeasured.append((word.name, str(error)))
    for symbol, least in _least_bounds(statement, values).items():
        if symbol.name not in given:
            values[symbol], known[symbol.name] = least, Quantity(symbol.name, least)
    return Binding(
        statement=statement,
        data=data,
        activation=chosen,
        values=values,
        quantities=known,
        missing=tuple(missing),
        assumed=tuple(assumed),
        given=given,
        failing=failing or (unmeasured[0] if unmeasured else None),
        fixed=fixed,
    )


def require(binding: Binding, *symbols: Symbol) -> None:
    """Missing naming the given symbols that have no value; of a derived one, what it is made of."""
    by_equation = {item.relation.lhs for item in binding.statement.hypotheses if isinstance(item.relation, Eq)}
    needed: dict[str, Entry] = {}
    for symbol in sorted(symbols, key=by_equation.__contains__):
        if needed and symbol in by_equation:
            break
        for part in sorted(expand(symbol).free_symbols, key=str):
            if part in binding.values or part in binding.fixed:
                continue
            word = VOCABULARY[part.name]
            lacking = [word] if word.origin == "given" else _lacking(word, binding.given, binding.fixed)
            needed |= {item.name: item for item in lacking}
    if needed:
        first = next(iter(needed.values()))
        raise Missing(list(needed), f"is needed by {binding.statement.id}: {first.meaning} ({first.domain})")


def accepted(statement: Statement) -> set[str]:
    """The names that may be set for a statement: the free words that it uses and what its setting leaves open."""
    words = [VOCABULARY[symbol.name] for symbol in _basic_symbols(statement)]
    words += [parameter for word in words for parameter in _taken(word)]
    used = {word.name for word in words if word.origin == "given" or word.name in SETTABLE_BOUNDS}
    target = {epsilon.name} if {"misfit_0", "rate"} <= statement.summary.keys() else set()
    return {k.name, *used, *target, *numbers_of_setting(statement), *settable(statement)}


def settable(statement: Statement) -> set[str]:
    """The quantities of network and run that the caller may give: those that the setting does not determine.

    What only claims mention is left out: nothing depends on it.
    """
    parts: list[Any] = [item.relation for item in statement.hypotheses]
    parts += [statement.probability, *statement.summary.values(), *statement.instance.values()]
    parts += [order.expression for order in statement.orders]
    if statement.setting is not None:
        parts += [statement.setting.step_size, *statement.setting.substitutions.values()]
    used = {s for part in parts if part is not None for s in expand(part).free_symbols}
    return {s.name for s in used if VOCABULARY[s.name].origin in LATER} - _determined(statement)


def _determined(statement: Statement) -> set[str]:
    fixed = {*statement.instance, *(statement.setting.substitutions if statement.setting else ())}
    step = statement.setting.step_size if statement.setting is not None else None
    if step is not None and step_size not in step.free_symbols:
        fixed.add(step_size)
    return {symbol.name for symbol in fixed}


def _reduce(expression: Any, statement: Statement, fixed: Mapping[Symbol, Any]) -> Any:
    replacements = {**fixed, **statement.instance}
    setting = statement.setting
    if setting is not None:
        replacements.update(setting.substitutions)
        if setting.step_size is not None and step_size not in setting.step_size.free_symbols:
            replacements.setdefault(step_size, setting.step_size)
    while True:
        while expression.free_symbols & replacements.keys():
            expression = expression.xreplace(replacements)
        expanded = expand(expression)
        if not expanded.free_symbols & replacements.keys():
            return expanded
        expression = expanded


def _basic_symbols(statement: Statement) -> set[Symbol]:
    found: set[Symbol] = set()
    for symbol in statement.symbols:
        found |= expand(symbol).free_symbols
    for expression in statement.setting.substitutions.values() if statement.setting else ():
        found |= expand(expression).free_symbols
    return found


def _order(word: Entry) -> tuple[bool, bool, str]:
    return (word.name != "row_norm_deviation", bool(_taken(word)), word.name)


def _needs_activation(word: Entry) -> bool:
    of_both = word.name in OF_DATA_AND_ACTIVATION or (word.name in WITH_PARAMETERS and word.name not in OF_DATA_ALONE)
    return word.origin == "activation" or (word.origin == "data" and of_both)


def _taken(word: Entry) -> list[Entry]:
    """The parameters that the measurement of a word takes."""
    return [VOCABULARY[name] for name in WITH_PARAMETERS[word.name][0]] if word.name in WITH_PARAMETERS else []


def _lacking(word: Entry, given: Mapping[str, Any], fixed: Mapping[Symbol, Any]) -> list[Entry]:
    """The parameters of a measured quantity that are neither given nor fixed nor have a default."""
    return [p for p in _taken(word) if p.name not in given and p.symbol not in fixed and p.default is None]


def _arguments(
    word: Entry,
    statement: Statement,
    fixed: Mapping[Symbol, Any],
    given: Mapping[str, Any],
    values: Mapping[Symbol, Any],
) -> dict[str, Any] | None:
    """The parameters with which a word is measured; None when what fixes one has no finite value."""
    found: dict[str, Any] = {}
    for parameter in _taken(word):
        found[parameter.name] = given.get(parameter.name, parameter.default)
        if parameter.name not in given and parameter.symbol in fixed:
            expression = _reduce(parameter.symbol, statement, fixed)
            if not expression.free_symbols <= values.keys():
                return None
            value = evaluate(expression, values, BALL)
            if not value.is_finite():
                return None
            found[parameter.name] = cutoff_of(expression, value)
    return found


def _measured(word: Entry, data: Dataset, chosen: Activation | None, given: Mapping[str, Any]) -> Quantity:
    try:
        return quantities(data, activation=chosen, names=[word.name], parameters=given)[word.name]
    except BadInput as error:
        if error.argument != "quantity":
            raise
        raise Infeasible(f"{word.name} ({word.meaning}) cannot be measured yet") from None


def _least_bounds(statement: Statement, values: Mapping[Symbol, Any]) -> dict[Symbol, Any]:
    """For bounds such as B the least that the statement's own hypotheses allow; papers bound different things by it."""
    found: dict[Symbol, Any] = {}
    for item in statement.hypotheses:
        bounded, bound = item.relation.args
        if isinstance(item.relation, Le) and str(bound) in SETTABLE_BOUNDS and bounded in values:
            found[bound] = values[bounded].upper().max(found.get(bound, flint.arb(0)))
    return found


def _value(quantity: Quantity) -> Any:
    """The ball of a quantity; for an upper bound such as B its upper end, which is a bound too."""
    return quantity.ball.upper() if quantity.name in SETTABLE_BOUNDS else quantity.ball


def _parameters(statement: Statement, parameters: Mapping[str, object]) -> dict[str, Any]:
    allowed = accepted(statement)
    given = {}
    for name, value in parameters.items():
        if name not in allowed:
            raise no_parameter(name, value, allowed, by=statement.id)
        if value is not None:
            given[name] = in_domain(VOCABULARY[name], exact(name, value))
    return given
