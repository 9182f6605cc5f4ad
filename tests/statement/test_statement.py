"""The frozen objects refuse what would make them lie."""

from dataclasses import replace

import pytest
import sympy

from boundkit.errors import BadInput
from boundkit.papers import REGISTRY, statement, statements
from boundkit.papers.os19.model import source
from boundkit.statement import VOCABULARY, Hypothesis, Registry, Statement, expand
from boundkit.statement.entry import define


def test_symbols_outside_the_vocabulary_are_refused():
    """A statement may only mention words of the vocabulary, with their assumptions."""
    stray = Hypothesis("stray", "data", sympy.Ge(sympy.Symbol("n"), 1))
    with pytest.raises(ValueError, match="not in the vocabulary with these assumptions: import it"):
        Statement(id="x", kind="lemma", title="x", source=source("x"), hypotheses=(stray,))


def test_a_claim_names_an_experiment_that_exists():
    """A misspelt experiment is told with the valid ones when the claim is written, not when it is tried."""
    with pytest.raises(ValueError, match="trainin'; valid: training, initialisation"):
        replace(statement("os19.thm2_1").claims[0], experiment="trainin")


def test_a_statement_is_shown_on_one_line():
    """Answers hold their statement; what an interpreter prints of it is its name."""
    assert repr(statement("os19.lem6_12")) == "Statement('os19.lem6_12', 'Misfit at initialisation')"


def test_a_hypothesis_must_be_undecided():
    """A relation that SymPy evaluates to a truth value is no hypothesis."""
    with pytest.raises(TypeError, match=r"True, not a relation; for x > 0 write Gt\(x, 0, evaluate=False\)"):
        Hypothesis("trivial", "data", sympy.Gt(VOCABULARY["n"].symbol, 0))
    kept = Hypothesis("trivial", "data", sympy.Gt(VOCABULARY["n"].symbol, 0, evaluate=False))
    assert kept.relation.rel_op == ">"


def test_words_are_defined_once():
    """A name cannot be given a second meaning."""
    with pytest.raises(ValueError, match="already"):
        define("n", "n", "n", "something else", "positive", "given")


def test_registry_refuses_duplicates_and_dangling_names():
    """Ids are unique, belong to their paper, and every name that a statement mentions exists."""
    lemma = statement("os19.lem6_5")
    for loaders in ({"os19": lambda: [lemma, lemma]}, {"sgd22": lambda: [lemma]}):
        with pytest.raises(ValueError, match="twice or belongs"):
            Registry(loaders).select()
    with pytest.raises(ValueError, match="does not exist"):
        Registry({"os19": lambda: [statement("os19.lem6_4")]}).require_names()
    REGISTRY.require_names()


def test_a_paper_is_loaded_when_it_is_asked_for():
    """Asking for a statement of one paper does not load the others."""
    registry = Registry({"os19": lambda: [statement("os19.lem6_5")], "other": lambda: pytest.fail("was loaded")})
    assert registry.get("os19.lem6_5").id == "os19.lem6_5"


def test_claims_and_hypotheses_are_found_by_label():
    """Labels have near matches too."""
    item = statement("os19.thm2_1")
    assert item.claim("rate").label == "rate"
    with pytest.raises(BadInput, match="rate"):
        item.claim("rat")
    with pytest.raises(BadInput, match="width"):
        item.hypothesis("widht")


def test_expansion_leaves_only_basic_words():
    """After expansion no symbol with a definition is left."""
    for word in VOCABULARY.values():
        left = {s.name for s in expand(word.symbol).free_symbols}
        assert not any(VOCABULARY[name].definition is not None for name in left)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"form": "refined", "kind": "meta-theorem"}, "os19.thm6_2.refined"),
        ({"constants": "open", "kind": "corollary"}, "os19.cor2_2"),
        ({"trained": "hidden", "algorithm": "gradient descent", "form": "tracked"}, "os19.thm6_3.tracked"),
    ],
)
def test_filters_select_what_they_say(filters, expected):
    """Every statement selected fits all filters, and a known one is among them."""
    found = statements(**filters)
    assert expected in {item.id for item in found}
    for item in found:
        assert item.form == filters.get("form", item.form)
        assert item.kind == filters.get("kind", item.kind)
        assert filters.get("algorithm", "") in getattr(item.setting, "algorithm", "")


@pytest.mark.parametrize("filters", [{"form": "tight"}, {"trained": "nothing at all"}, {"paper": ""}])
def test_filters_that_select_nothing_are_refused(filters):
    """A value that no statement has is one line with what there is."""
    with pytest.raises(BadInput, match=r"valid|did you mean"):
        statements(**filters)
