"""Special cases as data: symbols of the vocabulary, names that exist, statements that are told apart."""

from dataclasses import FrozenInstanceError, replace

import pytest
from sympy import Integer, Symbol

from boundkit.papers import statement, statements
from boundkit.statement import Registry, SpecialCase, declared
from boundkit.statement.vocabulary import k, n, norm_X


def test_symbols_outside_the_vocabulary_are_refused():
    """Both sides of a substitution are words of the vocabulary."""
    item = statement("os19.lem6_5")
    for at in ({Symbol("stray"): n}, {n: Symbol("stray")}):
        with pytest.raises(ValueError, match="not in the vocabulary"):
            replace(item, special_case=SpecialCase("os19.lem6_4", at))
        with pytest.raises(ValueError, match="not in the vocabulary"):
            replace(item, special_case=SpecialCase("os19.lem6_4", worst=at))


def test_symbols_are_those_of_both_substitutions():
    """Words that are replaced and words that replace them."""
    case = SpecialCase("x", {k: 2 * n}, {norm_X: Integer(1)})
    assert case.symbols == {k, n, norm_X}
    with pytest.raises(FrozenInstanceError):
        case.of = "y"


def test_declaring_keeps_the_order_and_every_other_field():
    """Only the statements that are named change, and only in this field."""
    items = [statement("os19.lem6_4"), statement("os19.lem6_5")]
    case = SpecialCase("os19.lem6_4")
    first, second = declared(items, {"os19.lem6_5": case})
    assert first is items[0]
    assert second == replace(items[1], special_case=case)


def test_declaring_a_statement_that_does_not_exist_is_refused():
    """A case of nothing is a slip."""
    with pytest.raises(ValueError, match="no statement: x"):
        list(declared([statement("os19.lem6_5")], {"x": SpecialCase("os19.lem6_4")}))


def test_the_registry_knows_every_general_statement():
    """A general statement that does not exist is found, and no statement is a special case of itself."""
    stray = replace(statement("os19.lem6_5"), uses=(), special_case=SpecialCase("os19.nothing"))
    with pytest.raises(ValueError, match=r"os19\.nothing, which does not exist"):
        Registry({"os19": lambda: [stray]}).require_names()
    assert all(item.special_case is None or item.special_case.of != item.id for item in statements())


def test_special_cases_do_not_go_in_circles():
    """From special to general there is always an end."""
    for item in statements():
        seen = [item.id]
        while (case := statement(seen[-1]).special_case) is not None:
            assert case.of not in seen
            seen.append(case.of)
