"""Classes of activations and depths against what the papers say of their theorems."""

from __future__ import annotations

import pytest

from boundkit.errors import BadInput
from boundkit.papers import statement, statements
from boundkit.statement.classes import activation_class, depth


@pytest.mark.parametrize(
    ("id", "expected"),
    [
        ("os19.thm2_1", ("smooth", "two layers")),
        ("os19.thm2_3", ("relu", "two layers")),
        ("os19.thm2_5.sharpened", ("relu", "two layers")),
        ("os19.lem6_5", ("any", "")),
        ("sjl17.thm2_1", ("quadratic", "two layers")),
        ("zczg18.thm4_1", ("relu", "deep")),
        ("ofls19.thm3_2", ("smooth", "two layers")),
        ("sgd22.thm2", ("smooth", "two layers")),
        ("sgd22.thm1", ("any", "any")),
        ("sgd22.cmp.du_2019", ("relu", "two layers")),
    ],
)
def test_known_statements(id: str, expected: tuple[str, str]) -> None:
    """The class and the depth of theorems whose setting is stated in their papers."""
    item = statement(id)
    assert (activation_class(item), depth(item)) == expected


def test_filters_partition_the_statements() -> None:
    """Every statement is in exactly one class, and the filter returns that class."""
    everything = statements()
    classes = {activation_class(item) for item in everything}
    assert {"relu", "smooth", "quadratic", "lipschitz", "any"} <= classes
    assert sorted(item.id for name in classes for item in statements(activation=name)) == sorted(
        item.id for item in everything
    )
    deep = statements(depth="deep")
    assert {item.source.paper.key for item in deep} == {"zczg18"}
    assert all(depth(item) == "deep" for item in deep)


def test_filters_combine() -> None:
    """Class, depth, paper and status of constants together."""
    found = statements(paper="os19", activation="relu", depth="two layers", constants="tracked", kind="theorem")
    assert {"os19.thm2_3.tracked", "os19.thm2_5.tracked"} <= {item.id for item in found}
    assert all(item.constant_status == "tracked" for item in found)


@pytest.mark.parametrize("arguments", [{"activation": "rleu"}, {"depth": "two"}, {"depth": ""}])
def test_unknown_values(arguments: dict[str, str]) -> None:
    """A class or depth that no statement has is refused."""
    with pytest.raises(BadInput):
        statements(**arguments)
