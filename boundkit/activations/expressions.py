"""Scalar expressions in z: safe parsing, derivatives in a form that is stable in every arithmetic."""

from __future__ import annotations

import ast
from collections.abc import Callable

import sympy

from boundkit.arithmetic import BALL, ball, evaluate, exact, precision
from boundkit.errors import BadInput, unknown

Z = sympy.Symbol("z", real=True)

LONGEST_TEXT = 500
LARGEST_EXPONENT = 64
DEEPEST_NESTING = 24
MOST_OPERATIONS = 200
MOST_SWITCHES = 8
LARGEST_CONSTANT = sympy.Integer(10) ** 100


def softplus(u: sympy.Expr) -> sympy.Expr:
    """log(1 + exp(u))."""
    return sympy.log(1 + sympy.exp(u))


def sigmoid(u: sympy.Expr) -> sympy.Expr:
    """1 / (1 + exp(-u)), in a form that neither overflows nor cancels in its derivatives."""
    return (1 + sympy.tanh(u / 2)) / 2


def relu(u: sympy.Expr) -> sympy.Expr:
    """max(u, 0)."""
    return sympy.Max(u, 0)


FUNCTIONS: dict[str, Callable[..., sympy.Expr]] = {
    "exp": sympy.exp,
    "log": sympy.log,
    "sqrt": sympy.sqrt,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "tanh": sympy.tanh,
    "sech": sympy.sech,
    "atan": sympy.atan,
    "arctan": sympy.atan,
    "erf": sympy.erf,
    "abs": sympy.Abs,
    "Abs": sympy.Abs,
    "sign": sympy.sign,
    "Max": sympy.Max,
    "Min": sympy.Min,
    "max": sympy.Max,
    "min": sympy.Min,
    "relu": relu,
    "softplus": softplus,
    "sigmoid": sigmoid,
}
_ANY_NUMBER_OF_ARGUMENTS = ("Max", "Min", "max", "min")
_CONSTANTS = {"pi": sympy.pi, "E": sympy.E, "e": sympy.E}
_SMOOTH = (sympy.exp, sympy.log, sympy.sin, sympy.cos, sympy.tan, sympy.sinh, sympy.cosh, sympy.tanh, sympy.sech)
_SMOOTH_TOO = (sympy.atan, sympy.erf, sympy.Add, sympy.Mul, sympy.Pow, sympy.Symbol)
_SWITCHES = (sympy.Abs, sympy.sign, sympy.Max, sympy.Min, sympy.Heaviside, sympy.Piecewise)


def parse(text: str) -> sympy.Expr:
    """The SymPy expression written in `text`, read without evaluating any Python.

    Raises BadInput for anything but numbers, z, + - * / ** and the functions in `FUNCTIONS`.

    >>> parse("0.01*cos(z) + relu(z)")
    cos(z)/100 + Max(0, z)
    """
    if len(text) > LONGEST_TEXT:
        raise BadInput("activation", text, f"an expression has at most {LONGEST_TEXT} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadInput("activation", text, "neither a known name nor an expression in z") from None
    try:
        return _Reader(text.strip()).read(tree.body)
    except RecursionError:
        raise BadInput("activation", text, "nested too deeply") from None


class _Reader:
    """Folds a Python syntax tree into SymPy; every constant is checked to be real and of moderate size."""

    def __init__(self, text: str) -> None:
        self.text = text

    def fail(self, reason: str) -> BadInput:
        return BadInput("activation", self.text, reason)

    def read(self, node: ast.expr) -> sympy.Expr:
        result = self.build(node)
        if not result.free_symbols:
            self.check_constant(result)
        return result

    def build(self, node: ast.expr) -> sympy.Expr:
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            number = exact("activation", (ast.get_source_segment(self.text, node) or "").replace("_", ""))
            return sympy.Rational(number.numerator, number.denominator)
        if isinstance(node, ast.Name):
            if node.id == "z":
                return Z
            if node.id in _CONSTANTS:
                return _CONSTANTS[node.id]
            raise self.fail(f"unknown name {node.id!r}; the variable is z, a real number")
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            return -self.read(node.operand) if isinstance(node.op, ast.USub) else self.read(node.operand)
        if isinstance(node, ast.BinOp):
            return self.binary(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            return self.call(node.func.id, [self.read(a) for a in node.args])
        raise self.fail("only numbers, z, + - * / ** and functions such as exp, tanh, relu can be used")

    def binary(self, node: ast.BinOp) -> sympy.Expr:
        left, right = self.read(node.left), self.read(node.right)
        match node.op:
            case ast.Add():
                return left + right
            case ast.Sub():
                return left - right
            case ast.Mult():
                return left * right
            case ast.Div():
                if right.is_zero:
                    raise self.fail("division by zero")
                return left / right
            case ast.Pow():
                return self.power(left, right)
        raise self.fail("the operators are + - * / ** (powers are written **)")

    def power(self, base: sympy.Expr, exponent: sympy.Expr) -> sympy.Expr:
        if exponent.free_symbols:
            if base.free_symbols or not base.is_positive:
                raise self.fail("an exponent that contains z needs a positive constant as its base")
            return sympy.exp(exponent * sympy.log(base))
        if not exponent.is_Rational or abs(exponent) > LARGEST_EXPONENT:
            raise self.fail(f"exponents are rational numbers of size at most {LARGEST_EXPONENT}")
        if base.is_Rational and (base.is_zero or base.p.bit_length() + base.q.bit_length() > 700):
            raise self.fail("a power of zero or of a constant that is too large")
        return base**exponent

    def call(self, name: str, arguments: list[sympy.Expr]) -> sympy.Expr:
        if name not in FUNCTIONS:
            raise unknown("function", name, FUNCTIONS)
        if not arguments or (len(arguments) > 1 and name not in _ANY_NUMBER_OF_ARGUMENTS):
            raise self.fail(f"{name} takes one argument")
        return FUNCTIONS[name](*arguments)

    def check_constant(self, value: sympy.Expr) -> None:
        if not _is_moderate(value):
            raise self.fail("a constant in it is undefined, complex or larger than 1e100")


def _is_moderate(value: sympy.Expr) -> bool:
    try:
        with precision(64):
            enclosure = evaluate(value, {}, BALL)
            return bool(abs(enclosure) < ball(int(LARGEST_CONSTANT)))
    except (NotImplementedError, ValueError, KeyError, ZeroDivisionError):
        return False


def adopt(expression: sympy.Expr) -> sympy.Expr:
    """A user's SymPy expression with its one symbol renamed to Z and every node checked. Raises BadInput."""
    symbols = expression.free_symbols
    if len(symbols) != 1:
        raise BadInput("activation", expression, "must contain exactly one symbol, its argument")
    expression = expression.xreplace({symbols.pop(): Z})
    _check_size(expression)
    for node in sympy.preorder_traversal(expression):
        if isinstance(node, sympy.Expr) and not node.free_symbols:
            if not _is_moderate(node):
                raise BadInput("activation", expression, f"the constant {node} is not a moderate real number")
        elif isinstance(node, sympy.Pow) and not node.base.free_symbols:
            continue
        elif isinstance(node, sympy.Pow) and not (node.exp.is_Rational and abs(node.exp) <= LARGEST_EXPONENT):
            raise BadInput("activation", expression, f"exponents are rationals up to {LARGEST_EXPONENT}")
        elif isinstance(node, sympy.Expr) and not isinstance(node, _SMOOTH + _SMOOTH_TOO + _SWITCHES):
            raise BadInput("activation", expression, f"{type(node).__name__} is not among the known functions")
    return expression


def _check_size(expression: sympy.Expr) -> None:
    depth, level = 0, [expression]
    while level and depth <= DEEPEST_NESTING:
        depth, level = depth + 1, [a for node in level for a in node.args]
    if level:
        raise BadInput("activation", expression, f"is nested more than {DEEPEST_NESTING} levels deep")
    nodes = list(sympy.preorder_traversal(expression))
    if len(nodes) > MOST_OPERATIONS:
        raise BadInput("activation", expression, f"has more than {MOST_OPERATIONS} operations")
    if sum(max(1, len(n.args) - 1) for n in nodes if isinstance(n, _SWITCHES)) > MOST_SWITCHES:
        raise BadInput("activation", expression, f"has more than {MOST_SWITCHES} switches (Abs, Max, Min, ...)")


def tidy(expression: sympy.Expr) -> sympy.Expr:
    """The same function without the forms that cancel or overflow far from zero.

    >>> tidy(sympy.diff(softplus(Z), Z)), tidy(1 - sympy.tanh(Z) ** 2)
    (tanh(z/2)/2 + 1/2, sech(z)**2)
    """
    if not expression.args:
        return expression
    if expression.is_Mul or expression.is_Pow:
        simpler = _tangent(_logistic(expression))
        if simpler != expression:
            return tidy(simpler)
    rebuilt = expression.func(*(tidy(a) if isinstance(a, sympy.Expr) else a for a in expression.args))
    return _hyperbolic_secant(rebuilt) if rebuilt.is_Add else rebuilt


def _logistic(node: sympy.Expr) -> sympy.Expr:
    """exp(u)^m / (1 + exp(u))^n as powers of sigmoid(u) and sigmoid(-u), where 0 <= m <= n."""
    for factor in sympy.Mul.make_args(node):
        base, exponent = factor.as_base_exp()
        if not (exponent.is_Integer and exponent < 0 and base.is_Add and len(base.args) == 2):
            continue
        one, growing = base.args
        if one != 1 or not isinstance(growing, sympy.exp):
            continue
        u, n, rest = growing.args[0], int(-exponent), node / factor
        m = next((m for m in range(n, 0, -1) if _has_factor(rest, m * u)), 0)
        return _without_factor(rest, m * u) * sigmoid(u) ** m * sigmoid(-u) ** (n - m)
    return node


def _has_factor(node: sympy.Expr, exponent: sympy.Expr) -> bool:
    """Whether exp(exponent) is one of the factors."""
    return _without_factor(node, exponent) != node


def _without_factor(node: sympy.Expr, exponent: sympy.Expr) -> sympy.Expr:
    factors = list(sympy.Mul.make_args(node))
    for i, factor in enumerate(factors):
        if isinstance(factor, sympy.exp) and sympy.expand(factor.args[0] - exponent) == 0:
            return sympy.Mul(*factors[:i], *factors[i + 1 :])
    return node


def _tangent(node: sympy.Expr) -> sympy.Expr:
    """sinh(u) / cosh(u) as tanh(u)."""
    factors = sympy.Mul.make_args(node)
    arguments = {f.base.args[0] for f in factors if f.is_Pow and isinstance(f.base, sympy.cosh) and f.exp < 0}
    return (
        node.replace(
            lambda n: isinstance(n, sympy.sinh) and n.args[0] in arguments,
            lambda n: sympy.tanh(n.args[0]) * sympy.cosh(n.args[0]),
        )
        if arguments
        else node
    )


def _hyperbolic_secant(total: sympy.Expr) -> sympy.Expr:
    """c - k tanh(u)^2 with c and k of one sign, inside a sum, as (c - k) + k sech(u)^2."""
    constant = total.as_coeff_Add()[0]
    for term in total.args:
        k, square = term.as_coeff_Mul()
        if square.is_Pow and square.exp == 2 and isinstance(square.base, sympy.tanh) and constant * k < 0:
            return _hyperbolic_secant(total - term + k - k * sympy.sech(square.base.args[0]) ** 2)
    return total


def derivative(expression: sympy.Expr) -> sympy.Expr:
    """d/dz of a smooth expression, tidied."""
    return tidy(sympy.diff(expression, Z))
