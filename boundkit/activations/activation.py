"""The Activation: an expression, and every certified number that follows from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

import flint
import sympy
from array_api_compat import array_namespace

from boundkit.activations import closed_forms
from boundkit.activations.catalogue import Definition, Symmetry, catalogue, look_up
from boundkit.activations.closed_forms import ClosedForm
from boundkit.activations.expressions import Z, adopt, parse, tidy
from boundkit.activations.folding import fold
from boundkit.activations.pieces import Piece, differentiate, join, jumps, split
from boundkit.activations.quadrature import gaussian_coefficients
from boundkit.activations.suprema import supremum
from boundkit.arithmetic import BALL, WORKING_BITS, evaluate, precision
from boundkit.errors import BadInput, Infeasible, NotApplicable, unknown

LARGEST_DEGREE = 400
LARGEST_DERIVATIVE = 6

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Activation:
    """A scalar function phi with certified Gaussian moments, Hermite coefficients and suprema.

    Made by `activation(...)`. All enclosures are balls (`flint.arb`) that contain the exact value.

    >>> softplus = activation("softplus")
    >>> softplus.derivative(1), softplus.smooth, softplus.sup(2)
    (tanh(z/2)/2 + 1/2, True, 0.250000000000000)
    """

    name: str
    definition: Definition = field(repr=False)
    _cache: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Activation) and self.expression == other.expression

    def __hash__(self) -> int:
        return hash(self.expression)

    def __reduce__(self) -> tuple[Callable[..., Activation], tuple[sympy.Expr | str]]:
        known = look_up(self.name)
        return activation, (self.name if known else self.expression,)

    @property
    def expression(self) -> sympy.Expr:
        """phi as a SymPy expression in `activations.Z`."""
        return self.definition.expression

    def pieces(self, derivative: int = 0) -> tuple[Piece, ...]:
        """phi^(derivative), almost everywhere, as smooth pieces from left to right."""
        _check_derivative(derivative)
        if derivative == 0:
            return self._once("pieces", lambda: split(self.expression))
        return self._once(("pieces", derivative), lambda: differentiate(self.pieces(derivative - 1)))

    def derivative(self, order: int = 1) -> sympy.Expr:
        """phi^(order) almost everywhere, right-continuous at the kinks (so ReLU'(0) = 1, as in os19)."""
        return self.expression if order == 0 else join(self.pieces(order))

    @property
    def kinks(self) -> tuple[sympy.Expr, ...]:
        """The points where phi is not twice continuously differentiable, in increasing order."""
        return self._once("kinks", lambda: self._breaks_up_to(2))

    @property
    def smooth(self) -> bool:
        """Whether phi is twice differentiable everywhere."""
        return not self.kinks

    def sup(self, order: int) -> Any:
        """An enclosure of sup |phi^(order)|; +inf when unbounded, or when phi is kinked and order >= 2.

        The whole line [+/- inf] when neither a bound nor its absence can be proven: a comparison with it
        is undecided.
        """
        _check_derivative(order)
        if self._breaks_up_to(order - 1) or (order >= 2 and self.kinks):
            return flint.arb.pos_inf()
        declared = self.definition.suprema[order - 1] if order in (1, 2) else None
        if declared is None:
            return self._once(("sup", order), lambda: supremum(self.pieces(order)))
        with precision(max(WORKING_BITS, flint.ctx.prec)):
            return evaluate(declared, {}, BALL)

    def coefficients(self, derivative: int = 0, degree: int = 0) -> tuple[Any, ...]:
        """Enclosures of mu_r(phi^(derivative)) = E[phi^(derivative)(g) h_r(g)], r = 0..degree, h_r orthonormal.

        Coefficients that vanish by symmetry are exactly zero. Absolute accuracy about 2^-128, or the
        precision in force if that is finer. Raises BadInput for a degree above 400.
        """
        return self._coefficients(derivative, degree, max(WORKING_BITS, flint.ctx.prec))

    def second_moment(self, derivative: int = 0) -> Any:
        """An enclosure of E[phi^(derivative)(g)^2], g standard normal."""
        bits = max(WORKING_BITS, flint.ctx.prec)
        squares = tuple(Piece(p.lower, p.upper, p.expression**2) for p in self.pieces(derivative))
        if _is_polynomial(squares):
            with precision(bits):
                return evaluate(closed_forms.polynomial(squares[0].expression)(0), {}, BALL)
        key = ("second moment", derivative, bits)
        return self._once(key, lambda: gaussian_coefficients(squares, degree=0, bits=bits)[0])

    def quantity(self, name: str) -> Any:
        """A named number of the activation as a ball.

        mu_phi = E[g phi'(g)], mu_phi_tilde = E[phi'(g)], second_moment_phi, second_moment_dphi, var_phi,
        sup_dphi, sup_d2phi, B = max(sup_dphi, sup_d2phi) (os19, section 2.1 and App. H).

        >>> activation("softplus").quantity("mu_phi").str(12, radius=False)
        '0.206620964142'
        """
        if name not in _QUANTITIES:
            raise unknown("quantity", name, _QUANTITIES)
        with precision(max(WORKING_BITS, flint.ctx.prec)):
            return _QUANTITIES[name](self)

    def value_and_derivative(self, h: Any) -> tuple[Any, Any]:
        """(phi(h), phi'(h)) for a floating array of any shape, in its own namespace, device and dtype."""
        xp = _namespace(h)
        if self.definition.kernel is not None:
            return self.definition.kernel(xp, h)
        return fold(self.pieces(), xp, h), fold(self.pieces(1), xp, h)

    def derivative_values(self, h: Any) -> Any:
        """phi'(h), as in `value_and_derivative`."""
        xp = _namespace(h)
        if self.definition.kernel is not None:
            return self.definition.kernel(xp, h)[1]
        return fold(self.pieces(1), xp, h)

    def closed_form(self, derivative: int = 0) -> ClosedForm | None:
        """degree -> mu_degree(phi^(derivative)) as an exact SymPy number, or None when no form is known."""
        pieces = self.pieces(derivative)
        if _is_polynomial(pieces):
            return closed_forms.polynomial(pieces[0].expression)
        mu = self.definition.closed_form
        if mu is None or self._breaks_up_to(derivative - 1):
            return None
        # os19 D21: mu_r(phi') = sqrt(r + 1) mu_{r+1}(phi) for absolutely continuous phi
        return lambda r: sympy.sqrt(sympy.rf(r + 1, derivative)) * mu(r + derivative)

    def _breaks_up_to(self, order: int) -> tuple[sympy.Expr, ...]:
        """Where phi or one of its derivatives up to `order` jumps, in increasing order."""
        found = {point for j in range(order + 1) for point in self._jumps(j)}
        return tuple(sorted(found, key=lambda p: float(evaluate(p, {}, BALL).mid())))

    def _jumps(self, order: int) -> tuple[sympy.Expr, ...]:
        return self._once(("jumps", order), lambda: jumps(self.pieces(order)))

    def _coefficients(self, derivative: int, degree: int, bits: int) -> tuple[Any, ...]:
        _check_derivative(derivative)
        if not isinstance(degree, int) or not 0 <= degree <= LARGEST_DEGREE:
            raise BadInput("degree", degree, f"must be an integer from 0 to {LARGEST_DEGREE}")
        key = ("coefficients", derivative, bits)
        if len(self._cache.get(key, ())) <= degree:
            self._cache[key] = self._compute_coefficients(derivative, degree, bits)
        return self._cache[key][: degree + 1]

    def _compute_coefficients(self, derivative: int, degree: int, bits: int) -> tuple[Any, ...]:
        closed = self.closed_form(derivative)
        if closed is not None:
            with precision(bits + 32):
                return tuple(evaluate(closed(r), {}, BALL) for r in range(degree + 1))
        symmetry = self._symmetry(derivative)
        if symmetry is None:
            return tuple(gaussian_coefficients(self.pieces(derivative), degree=degree, bits=bits))
        rest = tuple(Piece(p.lower, p.upper, p.expression - symmetry.affine) for p in self.pieces(derivative))
        half = gaussian_coefficients(rest, degree=degree, bits=bits + 1, half_line=True)
        with precision(bits + 32):
            kept = 0 if symmetry.parity == 1 else 1
            result = [2 * half[r] if r % 2 == kept else flint.arb(0) for r in range(degree + 1)]
            line = closed_forms.polynomial(symmetry.affine)
            for r in range(min(degree, 1) + 1):
                result[r] += evaluate(line(r), {}, BALL)
        return tuple(result)

    def _symmetry(self, derivative: int) -> Symmetry | None:
        symmetry = self.definition.symmetry or self._once("symmetry", lambda: _visible_symmetry(self.expression))
        if symmetry is None:
            return None
        parity = symmetry.parity if derivative % 2 == 0 else -symmetry.parity
        return Symmetry(sympy.diff(symmetry.affine, Z, derivative), 1 if parity == 1 else -1)

    def _once(self, key: Any, compute: Callable[[], T]) -> T:
        if key not in self._cache:
            self._cache[key] = compute()
        return self._cache[key]


def activation(source: str | sympy.Expr | Activation) -> Activation:
    """The activation that a name, an expression in z or a SymPy expression in one symbol stands for.

    Names are those of `catalogue()`, with parameters as in "leaky_relu:slope=0.1". Text is parsed, never
    executed. Raises BadInput for anything unknown, undefined or complex somewhere on the real line, constant,
    or not shown to be square integrable under the Gaussian.

    >>> activation("leaky_relu:slope=0.1").name, activation("0.01*cos(z)").expression
    ('leaky_relu:slope=0.1', cos(z)/100)
    """
    if isinstance(source, Activation):
        return source
    if isinstance(source, sympy.Expr):
        return _from_expression(source)
    if not isinstance(source, str):
        raise BadInput("activation", source, "must be a name, an expression in z or a SymPy expression")
    return _from_text(" ".join(source.split()))


@lru_cache(maxsize=256)
def _from_text(text: str) -> Activation:
    known = look_up(text)
    if known is not None:
        return Activation(*known)
    if text.partition(":")[0].isidentifier() and text != "z":
        raise unknown("activation", text, catalogue())
    return _from_expression(parse(text), text)


@lru_cache(maxsize=256)
def _from_expression(expression: sympy.Expr, text: str | None = None) -> Activation:
    name = text or str(expression)
    if not expression.free_symbols:
        raise BadInput("activation", name, "is constant: it must depend on z")
    expression = adopt(expression)
    for known in catalogue():
        entry = activation(known)
        if tidy(entry.expression) == tidy(expression):
            return entry
    result = Activation(name, Definition(expression))
    try:
        for derivative in (0, 1):
            if not _is_polynomial(result.pieces(derivative)):
                gaussian_coefficients(result.pieces(derivative), degree=0, bits=32)
    except (NotApplicable, Infeasible) as reason:
        raise BadInput("activation", name, str(reason)) from None
    return result


def _namespace(h: Any) -> Any:
    try:
        xp = array_namespace(h)
        if xp.isdtype(h.dtype, "real floating"):
            return xp
    except TypeError:
        pass
    raise BadInput("h", h, "must be an array of floating point numbers")


def _visible_symmetry(expression: sympy.Expr) -> Symmetry | None:
    mirrored = expression.xreplace({Z: -Z}).doit()
    if mirrored == expression:
        return Symmetry(sympy.Integer(0), 1)
    return Symmetry(sympy.Integer(0), -1) if mirrored == -expression else None


def _is_polynomial(pieces: tuple[Piece, ...]) -> bool:
    return len(pieces) == 1 and bool(pieces[0].expression.is_polynomial(Z))


def _check_derivative(order: int) -> None:
    if not isinstance(order, int) or not 0 <= order <= LARGEST_DERIVATIVE:
        raise BadInput("derivative", order, f"must be an integer from 0 to {LARGEST_DERIVATIVE}")


_QUANTITIES: dict[str, Callable[[Activation], Any]] = {
    "mu_phi": lambda a: a.coefficients(1, 1)[1],
    "mu_phi_tilde": lambda a: a.coefficients(1, 1)[0],
    "second_moment_phi": lambda a: a.second_moment(0),
    "second_moment_dphi": lambda a: a.second_moment(1),
    "var_phi": lambda a: a.second_moment(0) - a.coefficients(0, 0)[0] ** 2,
    "sup_dphi": lambda a: a.sup(1),
    "sup_d2phi": lambda a: a.sup(2),
    "B": lambda a: a.sup(1).max(a.sup(2)),
}
