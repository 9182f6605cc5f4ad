"""Formulas as LaTeX and as one line of Unicode text, generated from the expressions themselves."""

from __future__ import annotations

import re
from typing import Any

from sympy import Abs, Basic, Expr, Integer, Max, Min, Pow, Rational, S, fraction, perfect_power, true
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE, precedence
from sympy.printing.str import StrPrinter

from boundkit.render.symbols import latex_names, text_names
from boundkit.statement import Paper

SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
RELATIONS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠", "<": "<", ">": ">"}
_LOOSE = re.compile(r"(?!‖)(.*\s|.*[⁰¹²³⁴⁵⁶⁷⁸⁹]|[Σ#])")  # needs parentheses inside a product or power


def latex(expression: Basic, paper: Paper | None = None) -> str:
    r"""LaTeX of an expression or relation, in the common vocabulary or in the letters of a paper.

    >>> from sympy import sqrt
    >>> from boundkit.statement.vocabulary import k, n, norm_X
    >>> latex(sqrt(k) >= 2 * n / norm_X**2)
    '\\sqrt{k} \\geq \\frac{2 n}{\\lVert X\\rVert^{2}}'
    """
    return str(_Latex({"symbol_names": latex_names(paper)}).doprint(expression))


def text(expression: Basic) -> str:
    """An expression or relation on one line of Unicode.

    >>> from sympy import sqrt
    >>> from boundkit.statement.vocabulary import delta, k, n, norm_X
    >>> text(sqrt(k) >= 2 * n * (1 + delta) / norm_X**2)
    '√k ≥ 2·n·(1 + δ)/‖X‖²'
    """
    return str(_Text().doprint(expression))


def _readable(terms: list[Expr]) -> list[Expr]:
    """Positive terms before negative ones, numbers first: 1 - x instead of -x + 1."""
    return sorted(terms, key=lambda term: (term.could_extract_minus_sign(), not term.is_number))


def _long_power(number: Integer) -> tuple[int, int] | None:
    """Base and exponent of a number of more than 20 digits that is a power of one digit, as 2^100 is."""
    found: Any = perfect_power(number) if number > 10**20 else None
    return (int(found[0]), int(found[1])) if found and found[0] < 10 else None


class _Latex(LatexPrinter):  # type: ignore[misc]
    def _print_Integer(self, expr: Integer) -> str:
        power = _long_power(expr)
        return f"{power[0]}^{{{power[1]}}}" if power else str(expr)

    def parenthesize_super(self, s: str) -> str:
        """Braces keep the primes of a letter apart from its power."""
        return f"{{{s}}}" if "'" in s else str(super().parenthesize_super(s))

    def _needs_mul_brackets(self, expr: Any, first: bool = False, last: bool = False) -> bool:
        operator = expr.is_Symbol and self._print(expr).startswith((r"\sum", r"\min_", r"\max_"))
        return (operator and not last) or super()._needs_mul_brackets(expr, first, last)

    def _as_ordered_terms(self, expr: Expr, order: str | None = None) -> list[Expr]:
        return _readable(super()._as_ordered_terms(expr, order))


class _Text(StrPrinter):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self._names = text_names()

    def _as_ordered_terms(self, expr: Expr, order: str | None = None) -> list[Expr]:
        return _readable(super()._as_ordered_terms(expr, order))

    def _print_Symbol(self, expr: Any) -> str:
        return self._names.get(expr, expr.name)

    def _print_Integer(self, expr: Integer) -> str:
        power = _long_power(expr)
        return f"{power[0]}{str(power[1]).translate(SUPERSCRIPTS)}" if power else str(expr)

    def _print_Relational(self, expr: Any) -> str:
        return f"{self._print(expr.lhs)} {RELATIONS[expr.rel_op]} {self._print(expr.rhs)}"

    def _print_Infinity(self, expr: Any) -> str:
        return "∞"

    def _print_Pi(self, expr: Any) -> str:
        return "π"

    def _print_Abs(self, expr: Abs) -> str:
        return f"|{self._print(expr.args[0])}|"

    def _print_Piecewise(self, expr: Any) -> str:
        cases = [
            f"{self._print(value)} {'otherwise' if condition == true else f'if {self._print(condition)}'}"
            for value, condition in expr.args
        ]
        return f"{{{'; '.join(cases)}}}"

    def _print_Mod(self, expr: Any) -> str:
        return f"{self._factor(expr.args[0])} mod {self._factor(expr.args[1])}"

    def _print_Min(self, expr: Min) -> str:
        return f"min({self.stringify(expr.args, ', ')})"

    def _print_Max(self, expr: Max) -> str:
        return f"max({self.stringify(expr.args, ', ')})"

    def _print_Mul(self, expr: Any) -> str:
        sign = "-" if expr.could_extract_minus_sign() else ""
        over, under = fraction(-expr if sign else expr, exact=True)
        top = self._product(over)
        if under is S.One:
            return sign + top
        bottom = self._product(under)
        return f"{sign}{top}/({bottom})" if under.is_Mul else f"{sign}{top}/{bottom}"

    def _print_Pow(self, expr: Pow, rational: bool = False) -> str:
        base, exponent = expr.base, expr.exp
        if exponent.is_Rational and exponent.is_negative:
            return f"1/{self._factor(base**-exponent)}"
        if exponent == Rational(1, 2):
            inner = self._print(base)
            return f"√{inner}" if base.is_Atom and "(" not in inner and not _LOOSE.match(inner) else f"√({inner})"
        bare = self._factor(base, PRECEDENCE["Pow"])
        if exponent.is_Integer:
            return bare + str(exponent).translate(SUPERSCRIPTS)
        power = self._print(exponent)
        return f"{bare}^{power}" if exponent.is_Symbol else f"{bare}^({power})"

    def _product(self, expr: Expr) -> str:
        factors = expr.as_ordered_factors() if expr.is_Mul else [expr]
        return "·".join(self._factor(item) for item in factors)

    def _factor(self, item: Any, level: int = PRECEDENCE["Mul"]) -> str:
        printed = self._print(item)
        loose = item.is_Symbol and _LOOSE.match(printed) is not None
        nested = item.is_Pow and level == PRECEDENCE["Pow"]
        return f"({printed})" if loose or nested or precedence(item) < level else printed
