"""Quoted orders against the quoted papers themselves."""

from __future__ import annotations

import pytest
from sympy import simplify

from boundkit.papers import statement, statements
from boundkit.render.expressions import text
from boundkit.render.tables import table

ROWS = table("quoted").rows
FOUND = {(row[1], row[4], str(row[5]).partition(" ")[0]): row[7:] for row in ROWS}


@pytest.mark.parametrize(
    ("quotation", "quotient", "difference"),
    [
        (("ofls19.cmp.arora_width", "n⁸/λ(X)⁶", "ofls19.cmp.arora_gmm"), "λ(X)²", "exponents"),  # C42
        (
            ("sgd22.cmp.oymak_soltanolkotabi_2020", "n²·log(n)", "os19.thm2_6"),  # CHECK-34
            "d·log(n)",
            "a number of parameters, width times d, is quoted",
        ),
        (("sgd22.cmp.oymak_soltanolkotabi_2020", "n²·log(n)", "os19.thm2_3"), "d³·log(n)/n²", "exponents"),  # CHECK-33
        (("sgd22.cmp.du_2019", "n⁶·log(n)", "os19.cmp.du_two_layer"), "log(n)", "logarithms"),
        (("zczg18.cmp.du_2018_one_layer", "n^deg", "os19.cmp.du_two_layer"), None, "no exponents to compare"),
    ],
)
def test_known_differences(quotation: tuple[str, str, str], quotient: str, difference: str) -> None:
    """The inconsistencies that the specification lists are flagged, and so are mere logarithms."""
    assert FOUND[quotation] == (quotient, difference)


def test_differences_are_those_of_the_orders() -> None:
    """Orders found again in the statements agree exactly where no difference is flagged."""
    orders = {(item.id, text(order.expression)): order.expression for item in statements() for order in item.orders}
    for row in ROWS:
        one, other = orders[str(row[1]), str(row[4])], orders[str(row[5]).partition(" ")[0], str(row[6])]
        assert (simplify(one - other) == 0) == (row[8] == "none")


def test_quoted_works_are_known() -> None:
    """A comparator names statements that exist, or a work under the key that all who quote it use."""
    for item in statements():
        assert not item.quotes or item.kind == "comparator"
        for work in item.quotes:
            assert "." not in work or statement(work).source.paper.key != item.source.paper.key
