"""Orders of growth side by side: Table 1 of sgd22, its variants, and what the papers say of each other in prose."""

from __future__ import annotations

from fractions import Fraction

import pytest

from boundkit.errors import BadInput
from boundkit.render.layout import Cell, Table
from boundkit.render.tables import table

TABLE_1 = {
    "oymak_soltanolkotabi_2020": ("stochastic gradient descent", "hidden weights", "relu", "at least n²·log(n)"),
    "song_yang_2019": ("gradient descent", "hidden weights", "relu, separable", "at least n²"),
    "kawaguchi_huang_2019": ("gradient descent", "output weights", "relu", "at least n·log(n)"),
    "du_2019": ("gradient descent", "not said", "relu, separable", "at least n⁶·log(n)"),
    "zou_gu_2019": ("gradient descent", "not said", "relu, separable", "at least n⁸"),
    "companion_2022": ("gradient descent", "both layers", "smooth", "at least n^(3/2)·log(n)"),
    "allen_zhu_2019": ("stochastic gradient descent", "not said", "relu, separable", "at least n²⁴"),
}
PARAMETERS = {  # exponents of width times d at d = sqrt(n): the whole batch, one sample
    "a": ("3/2", "2"),
    "b": ("2", "3"),
    "c": ("5/3", "7/3"),
    "e": ("5/4", "7/4"),
    "f": ("5/4", "7/4"),
    "g": ("7/4", "9/4"),
    "h": ("5/2", "3"),
}


def exponents(found: Table, base: str = "n") -> list[tuple[str, str, Fraction]]:
    """Statement, regime and exponent of the base, where there is one."""
    rows = found.select("statement", "regime", f"exponent of {base}").rows
    return [(str(row[0]), str(row[1]), Fraction(str(row[2]))) for row in rows if row[2] is not None]


def exponent(found: Table, id: str, base: str = "n") -> Fraction:
    """The exponent of the first row of a statement."""
    return next(power for name, _, power in exponents(found, base) if name == id)


@pytest.mark.parametrize("name", TABLE_1)
def test_table_1_of_the_sgd_paper(name: str) -> None:
    """Algorithm, trained layers, activation and data, and the printed scaling of every earlier result."""
    rows = table("orders", paper="sgd22").select("statement", "algorithm", "trained", "assumptions", "width").rows
    assert next(row[1:] for row in rows if row[0] == f"sgd22.cmp.{name}") == TABLE_1[name]


@pytest.mark.parametrize(("batch", "power"), [(1, "3/2"), (0, "2")])
def test_this_paper_in_table_1(batch: int, power: str) -> None:
    """The last row of Table 1: k d of order n^(3/2) for a batch of order n, n^2 for one of order 1."""
    found = table("orders", paper="sgd22", couplings={"d": "1/2", "b": batch})
    assert exponent(found, "sgd22.thm2") + Fraction(1, 2) == Fraction(power)
    row = next(row for row in found.rows if row[0] == "sgd22.thm2")
    assert (row[3], row[8].partition(",")[0], row[9]) == ("n²·log(n)/√b", "stochastic gradient descent", "both layers")


@pytest.mark.parametrize("row", PARAMETERS)
def test_variants_of_the_sgd_paper(row: str) -> None:
    """D7: exponents of the number of first-layer parameters of each variant at d = sqrt(n)."""
    for batch, power in zip((1, 0), PARAMETERS[row], strict=True):
        found = exponents(table("orders", paper="sgd22", couplings={"d": "1/2", "b": batch}))
        width = next(size for id, regime, size in found if id == "sgd22.d.orders" and regime.startswith(f"row {row}:"))
        assert width + Fraction(1, 2) == Fraction(power)


@pytest.mark.parametrize("power", ["0", "1/2", "1"])
def test_prose_of_os19(power: str) -> None:
    """Section 5: better than n^4 by n^2 d (smooth), than n^6 by n^2 d^3 (ReLU); ReLU loses n/d in sqrt(kd)."""
    found = table("orders", paper="os19", couplings={"d": power})
    a = Fraction(power)
    smooth, relu = exponent(found, "os19.thm2_1"), exponent(found, "os19.thm2_3")
    assert exponent(found, "os19.cmp.du_deep") - smooth == 2 + a
    assert exponent(found, "os19.cmp.du_two_layer") - relu == 2 + 3 * a
    assert (relu - smooth) / 2 == 1 - a


def test_iterations_of_os19() -> None:
    """Section 5: the rate of earlier work is slower by a factor of order n."""
    found = table("orders", paper="os19", quantity="iterations", couplings={"d": "1/2"}, against="os19.thm2_1")
    rows = {(row[0], row[4]): row[-1] for row in found.rows}
    assert rows["os19.cmp.du_deep", "at least n²/d"] == "n"
    assert rows["os19.thm2_6", "at least n²/d"] == "n"


@pytest.mark.parametrize(
    ("base", "couplings", "width", "iterations"),
    [
        ("n", {"L": 0, "label_separation": 0}, 26, 8),
        ("L", {"n": 0, "label_separation": 0}, 38, 9),
        ("1/label_separation", {"n": 0, "L": 0}, 8, 2),
    ],
)
def test_zero_training_error_of_zczg18(base: str, couplings: dict[str, int], width: int, iterations: int) -> None:
    """n^26 L^38 / phi^8 hidden units and n^8 L^9 / phi^2 iterations, from the coupled orders."""
    name = "(1/φ)" if base.startswith("1/") else base
    for quantity, power in (("width", width), ("iterations", iterations)):
        found = table("orders", paper="zczg18", quantity=quantity, base=base, couplings=couplings)
        regime = "alpha_0 finite, p > 1/2, up to logarithms"
        powers = {
            size for id, words, size in exponents(found, name) if (id, words) == ("zczg18.cor4_3.tracked", regime)
        }
        assert powers == {power}


def test_prose_of_zczg18() -> None:
    """After Corollary 4.6: SGD needs n^2 to n^4 times as many units as gradient descent, one sample a batch."""
    couplings = {"L": 0, "label_separation": 0, "b": 0, "loss_exponent": 0}
    found = table("orders", paper="zczg18", couplings=couplings)
    widths = {(id, regime): size for id, regime, size in exponents(found)}
    gaps = {
        size - widths["zczg18.cor4_3.tracked", regime]
        for (id, regime), size in widths.items()
        if id == "zczg18.cor4_6.tracked"
    }
    assert {min(gaps), max(gaps)} == {2, 4}


def test_case_split_in_the_exponent() -> None:
    """At p = 1/4 the width is of order n^(26 - 2p) = n^(51/2); without a value of p there is no rank."""
    regime = "alpha_0 infinite, p < 1/2, up to logarithms"
    couplings = {"L": 0, "label_separation": 0}
    without = exponents(table("orders", paper="zczg18", couplings=couplings))
    assert ("zczg18.cor4_3.tracked", regime) not in {row[:2] for row in without}
    found = exponents(table("orders", paper="zczg18", couplings={**couplings, "loss_exponent": "1/4"}))
    assert ("zczg18.cor4_3.tracked", regime, Fraction(51, 2)) in found


def test_claimed_gain_of_ofls19() -> None:
    """Footnote 3: n^8 / lambda^6 against n^4 log n / lambda^4 at |X| of order sqrt(n), a gain of n^4 / lambda^2."""
    in_n = table("orders", paper="ofls19", couplings={"norm_X": "1/2", "lambda": 0, "K": 0})
    in_lambda = table("orders", paper="ofls19", base="1/lambda", couplings={"norm_X": 0, "n": 0, "K": 0})
    assert exponent(in_n, "ofls19.cmp.arora_width") - exponent(in_n, "ofls19.eq3_4") == 4
    names = ("ofls19.cmp.arora_width", "ofls19.eq3_4")
    assert [exponent(in_lambda, id, "(1/λ(X))") for id in names] == [6, 4]


def test_rows_are_ranked() -> None:
    """Exponents never fall down the table, equal ones share a rank, rows without one come last."""
    found = table("orders", couplings={"d": "1/2", "b": 1})
    ranks: list[Cell] = [row[0] for row in found.select("rank").rows]
    known = [rank for rank in ranks if rank is not None]
    powers = [
        (Fraction(str(row[0])), row[1])
        for row in found.rows and found.select("exponent of n", "exponent of log n").rows
        if row[0] is not None
    ]
    assert ranks[: len(known)] == known
    assert powers == sorted(powers)  # type: ignore[type-var]
    assert [rank == ranks[0] for rank in known] == [power == powers[0] for power in powers]
    assert {row[0] for row in found.rows} == {row[0] for row in table("orders").rows}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"quantity": "length"}, "quantity"),
        ({"base": "x"}, "base"),
        ({"base": "1/x"}, "base"),
        ({"couplings": {"x": 1}}, "couplings"),
        ({"couplings": {"n": 1}}, "couplings"),
        ({"couplings": {"d": "half"}}, "d"),
        ({"against": "os19.lem6_5"}, "against"),
        ({"against": "os19.thm2_1"}, "against"),
        ({"paper": "os18"}, "paper"),
        ({"data": "orthonormal:n=4"}, "data"),
    ],
)
def test_bad_input(arguments: dict[str, object], named: str) -> None:
    """Unknown names, a coupling of the base, powers that are no numbers, and a reference without a growth."""
    with pytest.raises(BadInput) as error:
        table("orders", **arguments)
    assert error.value.argument == named
