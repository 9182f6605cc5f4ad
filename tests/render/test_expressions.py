"""LaTeX and one-line text of formulas, against the formulas themselves."""

from __future__ import annotations

import math
import random
import re

import pytest
import sympy
from sympy.core.relational import Relational

from boundkit.papers import statement as find, statements
from boundkit.render.expressions import latex, text
from boundkit.statement import VOCABULARY, Statement
from boundkit.statement.vocabulary import B, delta, kappa, lambda_, n, path_length, separation, step_ratio, tightness
from boundkit.statement.words.features import flip_level

FUNCTIONS = {"sqrt": math.sqrt, "exp": math.exp, "log": math.log, "floor": math.floor, "pi": math.pi, "inf": math.inf}
FUNCTIONS |= {"factorial": lambda x: math.gamma(x + 1), "ceiling": math.ceil, "erf": math.erf}
FUNCTIONS |= {"asin": math.asin, "acos": math.acos, "atan": math.atan, "cos": math.cos, "sin": math.sin}
FUNCTIONS |= {"min": min, "max": max, "abs": abs}
DIGITS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))


def formulas(statement: Statement) -> list[sympy.Basic]:
    """Every formula of a statement that a reader sees."""
    found = [item.relation for item in (*statement.hypotheses, *statement.claims)]
    if statement.probability is not None:
        found.append(statement.probability)
    return [*found, *statement.summary.values()]


ALL = [pytest.param(item, id=item.id) for item in statements()]


def python(line: str, used: set[sympy.Symbol]) -> str:
    """The one-line text as a Python expression in the identifiers va0, va1, ... of the symbols that it uses."""
    words = enumerate(VOCABULARY.values())
    names = sorted(((i, word.text) for i, word in words if word.symbol in used), key=lambda pair: -len(pair[1]))
    for index, name in names:
        line = line.replace(name, f"«{index}»") if len(name) > 1 else line
    line = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda m: "**" + "".join(DIGITS[c] for c in m.group()), line)
    for index, name in names:
        if len(name) == 1:
            line = re.sub(rf"(?<![\w«]){re.escape(name)}(?!\w)", f"«{index}»", line)
    line = re.sub(r"«(\d+)»", r"va\1", line)
    line = re.sub(r"√(\w+)", r"sqrt(\1)", line).replace("√", "sqrt")
    line = re.sub(r"\|([^|]+)\|", r"abs(\1)", line)
    for sign, operator in (("·", "*"), ("^", "**"), ("mod", "%"), ("π", "pi"), ("∞", "inf"), ("≤", ","), ("≥", ",")):
        line = line.replace(sign, operator)
    return re.sub(r"\s[=≠<>]\s", ",", line)


@pytest.mark.parametrize("statement", ALL)
def test_text_means_the_formula(statement: Statement) -> None:
    """Read back as arithmetic, the one-line text of every formula has the value of the formula."""
    for formula in formulas(statement):
        if formula.has(sympy.Piecewise):
            continue
        values, expected = real_values(formula, random.Random(statement.id))
        names = {f"va{index}": values[word.symbol] for index, word in enumerate(VOCABULARY.values())}
        read = eval(python(text(formula), formula.free_symbols), {"__builtins__": {}}, FUNCTIONS | names)
        assert list(read if isinstance(read, tuple) else (read,)) == pytest.approx(expected, rel=1e-9), text(formula)


def real_values(formula: sympy.Basic, draw: random.Random) -> tuple[dict[sympy.Symbol, float], list[float]]:
    """Random values of all words at which both sides of a formula are real, and the values of the sides."""
    sides = formula.args if isinstance(formula, Relational) else (formula,)
    for low, high in ((0.3, 0.9), (3, 9), (0.05, 0.2), (0.3, 9), (0.01, 60)) * 20:
        values = {word.symbol: draw.uniform(low, high) for word in VOCABULARY.values()}
        values[n], values[flip_level] = draw.uniform(3, 9), draw.uniform(3, 9)
        try:
            numbers = [sympy.N(side.xreplace({s: sympy.Float(v) for s, v in values.items()})) for side in sides]
        except ValueError:  # a maximum of numbers that are not real
            continue
        if all(number.is_extended_real and number is not sympy.nan for number in numbers):
            return values, [float(number) for number in numbers]
    raise AssertionError(f"no real values found for {formula}")


@pytest.mark.parametrize("statement", ALL)
def test_no_internal_name_shows(statement: Statement) -> None:
    """No rendering shows an internal name, the tightening factor, or a condition that SymPy decided by itself."""
    for formula in formulas(statement):
        assert tightness not in formula.free_symbols
        for shown in (latex(formula), text(formula)):
            assert "\n" not in shown
            assert not re.search(r"True|False|sup_d|eta_bar|norm_|sigma_min_|misfit|\*\*", shown)


@pytest.mark.parametrize("statement", ALL)
def test_latex_is_balanced(statement: Statement) -> None:
    r"""Braces and \left \right pairs match in every LaTeX formula."""
    for formula in formulas(statement):
        for paper in (None, statement.source.paper):
            shown = re.sub(r"\\[{}]", "", latex(formula, paper))
            depth = 0
            for character in shown:
                depth += (character == "{") - (character == "}")
                assert depth >= 0
            assert depth == 0
            assert shown.count(r"\left") == shown.count(r"\right")


def test_rate_of_theorem_6_2() -> None:
    """The rate claim of Theorem 6.2 is rendered as the paper prints it, up to the order of factors."""
    claim = next(item for item in statements() if item.id == "os19.thm6_2").claim("rate")
    assert latex(claim.relation) == (
        r"\lVert r_\tau\rVert \leq \lVert r_0\rVert \left(1 - \frac{\bar\eta \lambda(X)}"
        r"{32 B^{2} \lVert X\rVert^{2}}\right)^{\tau}"
    )
    assert text(claim.relation) == "‖r_τ‖ ≤ ‖r_0‖·(1 - η̄·λ(X)/(32·B²·‖X‖²))^τ"


def test_letters_of_the_paper() -> None:
    """The separation is delta in the paper and has a name of its own in the common vocabulary."""
    assert latex(separation**2) == r"\delta_{\mathrm{sep}}^{2}"
    assert latex(separation**2, find("os19.thm2_5").source.paper) == r"\delta^{2}"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (1 / sympy.sqrt(n), "1/√n"),
        (n ** sympy.Rational(9, 2), "n^(9/2)"),
        (-delta / (2 * n * B), "-δ/(2·B·n)"),
        (step_ratio**2, "(ηβ²)²"),
        (kappa**3 * lambda_, "κ(X)³·λ(X)"),
        (path_length / 2, "(Σ_{s<τ} ‖W_{s+1} - W_s‖_F)/2"),
        ((n + 1) ** 2 * (1 - n), "(1 + n)²·(1 - n)"),
        (sympy.sqrt(lambda_), "√(λ(X))"),
        (1 - (2 * n) ** -100, "1 - 1/(2¹⁰⁰·n¹⁰⁰)"),
        (sympy.Integer(960000000) ** 2 * n, "921600000000000000·n"),
    ],
)
def test_text_of(expression: sympy.Expr, expected: str) -> None:
    """Products, quotients, roots and powers are written without ambiguity."""
    assert text(expression).replace("(1 - n)·(1 + n)²", "(1 + n)²·(1 - n)") == expected
