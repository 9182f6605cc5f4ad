"""Attack by vocabulary: a statement mentions only words of its paper and of its setting, and declares its constants."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sympy import Symbol

from boundkit.attack.finding import Finding, does_not_apply, failed, survived
from boundkit.statement import VOCABULARY, Statement, words
from boundkit.statement.vocabulary import eta_bar, step_size

NAME = "vocabulary"
PAPERS = {
    "deep": "zczg18",
    "generalisation_lemmas": "ofls19",
    "landscape_data": "sjl17",
    "landscape_points": "sjl17",
    "stochastic": "sgd22",
    "stochastic_network": "sgd22",
}
"""The modules of words that one paper alone uses."""
NEEDS: tuple[tuple[frozenset[str], str, tuple[str, ...]], ...] = (
    (
        frozenset(["b", "batch_count", "batch_gradient_moment", "batch_gradient_norm", "growth", "growth_sure"]),
        "algorithm",
        ("stochastic",),
    ),
    (frozenset(["L", "depth_index", "layer_width", "max_width", "last_width", "masks"]), "network", ("deep",)),
    (frozenset(["clusters", "cluster_noise"]), "network", ("mixture",)),
    (frozenset(["T", "path_length", "eta_bar"]), "algorithm", ("gradient",)),
    (frozenset(["hidden_std", "output_std"]), "initialisation", ("standard deviation",)),
    (frozenset(["output_scale"]), "output_weights", ("nu",)),
    (frozenset(["K"]), "network", ("K outputs", "R^(nK)", "two layers")),
)
"""Words that make sense only where a field of the setting says one of these."""


def attack(statement: Statement) -> Finding:
    """Whether every word is at home in the statement."""
    if not statement.symbols:
        return does_not_apply(NAME, "no formula")
    for reason in _strangers(statement):
        return failed(NAME, reason)
    return survived(NAME, f"{len(statement.symbols)} words")


def _strangers(statement: Statement) -> Iterator[str]:
    names = {symbol.name for symbol in statement.symbols}
    if statement.kind != "comparator":
        for name in sorted(names):
            home = _homes().get(name)
            if home is not None and home != statement.source.paper.key:
                yield f"{name} is a word of {home}"
    if statement.setting is not None and statement.kind != "comparator":
        for needy, field, texts in NEEDS:
            said = getattr(statement.setting, field)
            if names & needy and not any(text in said for text in texts):
                yield f"{', '.join(sorted(names & needy))} in a setting whose {field} is {said!r}"
    declared = {item.symbol for item in statement.constants}
    for symbol in statement.symbols:
        word = VOCABULARY[symbol.name]
        if word.origin == "constant" and word.definition is None and symbol not in declared:
            yield f"the constant {symbol.name} is not declared"
    unused = {item.symbol for item in statement.constants if item.status == "open"} - _everything(statement)
    for symbol in sorted(unused, key=str):
        yield f"the constant {symbol.name} is declared and not used"
    if statement.claims and eta_bar in statement.symbols and not _has_step(statement):
        yield "eta_bar without a step size"


def _has_step(statement: Statement) -> bool:
    step = None if statement.setting is None else statement.setting.step_size
    return (step is not None and eta_bar in step.free_symbols) or step_size in statement.symbols


def _everything(statement: Statement) -> set[Symbol]:
    values = [item.value for item in statement.constants if item.value is not None]
    return {*statement.symbols}.union(*(value.free_symbols for value in values))


@cache
def _homes() -> dict[str, str]:
    """The paper of every word that belongs to one."""
    found: dict[str, str] = {}
    modules = {name: getattr(words, name) for name in words.__all__}
    for name, module in modules.items():
        paper = PAPERS.get(name)
        if paper is not None:
            defined = {item.name for item in vars(module).values() if isinstance(item, Symbol)}
            found |= dict.fromkeys(defined - _shared(), paper)
    return found


@cache
def _shared() -> frozenset[str]:
    """Words of the general vocabulary, which the modules of a paper import."""
    from boundkit.statement import vocabulary

    modules = (vars(vocabulary), vars(words.shared))
    return frozenset(item.name for module in modules for item in module.values() if isinstance(item, Symbol))
