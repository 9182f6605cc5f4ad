"""Words that belong to one paper are strangers in the others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Ge

from boundkit.attack import vocabulary
from boundkit.attack.vocabulary import _homes
from boundkit.papers import statement
from boundkit.statement import VOCABULARY


@pytest.mark.parametrize("paper", ["zczg18", "sjl17", "sgd22", "ofls19"])
def test_a_word_of_another_paper_is_named(paper: str) -> None:
    """In a statement without a setting, where nothing but its home speaks against it."""
    item = statement("os19.lem6_4")
    known = {name for names, _, _ in vocabulary.NEEDS for name in names}
    word = next(
        VOCABULARY[name]
        for name, home in sorted(_homes().items())
        if home == paper and name not in known and VOCABULARY[name].origin in ("run", "network", "given")
    )
    first, *others = item.hypotheses
    strange = replace(first, relation=Ge(word.symbol, 1, evaluate=False))
    found = vocabulary.attack(replace(item, hypotheses=(strange, *others)))
    assert vocabulary.attack(item).outcome == "survived"
    assert (found.outcome, found.reason) == ("failed", f"{word.name} is a word of {paper}")
