"""The Activation: an expression, and every certified number that follows from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

import flint
import sympy

from boundkit.activations import expansion
from boundkit.activations.catalogue import Definition, Symmetry, catalogue, find, look_up
from boundkit.activations.closed_forms import ClosedForm, closed_form
from boundkit.activations.expressions import Z, adopt, parse
from boundkit.activations.pieces import Piece, differentiate, join, jumps, split
from boundkit.activations.quadrature import gaussian_coefficients
from boundkit.activations.quantities import MOMENTS, NAMED, WHATEVER_THE_SCALE
from boundkit.activations.suprema import supremum
from boundkit.arithmetic import BALL, WORKING_BITS, evaluate, exact, precision
from boundkit.errors import BadInput, Infeasible, NotApplicable, unknown

LARGEST_DEGREE = 400
LARGEST_DERIVATIVE = 6
LARGEST_SCALE = 1000
_ONE = sympy.Integer(1)

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

    def bound(self, order: int) -> Any:
        """An upper bound of |phi^(order)|, as an exact finite ball. Raises NotApplicable when none is proven.

        >>> activation("tanh").bound(2) <= 0.7699
        True
        """
        largest = self.sup(order).upper()
        if not largest.is_finite():
            word = "unbounded" if self.sup(order) > 0 else "not shown to be bounded"
            raise NotApplicable("bounded derivative", f"derivative {order} of {self.name} is {word}")
        return largest

    def coefficients(self, derivative: int = 0, degree: int = 0, *, scale: Any = 1) -> tuple[Any, ...]:
        """Enclosures of mu_r = E[phi^(derivative)(s g) h_r(g)], r = 0..degree, h_r orthonormal, s the scale.

        Coefficients that vanish by symmetry are exactly zero. Absolute accuracy about 2^-128, or the
        precision in force if that is finer. Raises BadInput for a degree above 400 or a scale that is not a
        number in (0, 1000].
        """
        bits = max(WORKING_BITS, flint.ctx.prec)
        return self.coefficients_to(bits, derivative=derivative, degree=degree, scale=scale)

    def coefficients_to(self, bits: int, *, derivative: int, degree: int, scale: Any = 1) -> tuple[Any, ...]:
        """The same with radii of about 2^-bits."""
        pieces, s = self.pieces(derivative), _scale(scale)
        if not isinstance(degree, int) or not 0 <= degree <= LARGEST_DEGREE:
            raise BadInput("degree", degree, f"must be an integer from 0 to {LARGEST_DEGREE}")
        key = ("coefficients", derivative, s, bits)
        if len(self._cache.get(key, ())) <= degree:
            symmetry = self.symmetry(derivative, scale=s)
            found = expansion.expand(expansion.stretched(pieces, s), symmetry=symmetry, degree=degree, bits=bits)
            self._cache[key] = found
        return self._cache[key][: degree + 1]

    def second_moment(self, derivative: int = 0, *, scale: Any = 1) -> Any:
        """An enclosure of E[phi^(derivative)(s g)^2], g standard normal, s the scale."""
        bits, pieces, s = max(WORKING_BITS, flint.ctx.prec), self.pieces(derivative), _scale(scale)
        key = ("second moment", derivative, s, bits)
        return self._once(key, lambda: expansion.second_moment(expansion.stretched(pieces, s), bits=bits))

    def quantity(self, name: str, *, scale: Any = 1) -> Any:
        """A named number of the activation as a ball, with u = s g, g standard normal, s the scale.

        mean_phi = E[phi(u)], mu_phi = E[g phi'(u)], mu_phi_tilde = E[phi'(u)], second_moment_phi = E[phi(u)^2],
        second_moment_dphi = E[phi'(u)^2], var_phi, var_dphi (os19, section 2.1 and App. H, at s = 1);
        mean_d2phi = E[g phi'(u)] / s, which is E[phi''(u)] for absolutely continuous phi' (`sjl17` Assumption 2.3,
        where mu_phi_tilde is called mu_phi(s)); gamma_phi = E[phi(u) h_2(g)]; hermite_norm = E[phi(u)^2]^(1/2) (`sgd22`
        Definition 5 as repaired) and hermite_square_sum (`activations.square_sum`). Whatever the scale: sup_dphi,
        sup_d2phi, sup_d3phi, B = max(sup_dphi, sup_d2phi), sup_phi_0 = |phi(0)|, the number of `kinks`, and the facts
        `is_relu` and `is_softplus` (1 or 0).

        >>> activation("softplus").quantity("mu_phi").str(12, radius=False)
        '0.206620964142'
        """
        if name not in NAMED:
            raise unknown("quantity", name, NAMED)
        s = _scale(scale)
        with precision(max(WORKING_BITS, flint.ctx.prec)):
            return MOMENTS[name](self, s) if name in MOMENTS else WHATEVER_THE_SCALE[name](self)

    def value_and_derivative(self, h: Any) -> tuple[Any, Any]:
        """(phi(h), phi'(h)) for a floating array of any shape, in its own namespace, device and dtype."""
        from boundkit.activations.folding import fold, namespace

        xp = namespace(h)
        if self.definition.kernel is not None:
            return self.definition.kernel(xp, h)
        return fold(self.pieces(), xp, h), fold(self.pieces(1), xp, h)

    def derivative_values(self, h: Any) -> Any:
        """phi'(h), as in `value_and_derivative`."""
        from boundkit.activations.folding import fold, namespace

        xp = namespace(h)
        if self.definition.kernel is not None:
            return self.definition.kernel(xp, h)[1]
        return fold(self.pieces(1), xp, h)

    def closed_form(self, derivative: int = 0, *, scale: Any = 1) -> ClosedForm | None:
        """degree -> E[phi^(derivative)(scale g) h_degree(g)] as an exact SymPy number; None when no form is known."""
        pieces, s = self.pieces(derivative), _scale(scale)
        return self._once(("closed form", derivative, s), lambda: closed_form(expansion.stretched(pieces, s)))

    def _breaks_up_to(self, order: int) -> tuple[sympy.Expr, ...]:
        """Where phi or one of its derivatives up to `order` jumps, in increasing order."""
        found = {point for j in range(order + 1) for point in self._jumps(j)}
        return tuple(sorted(found, key=lambda p: float(evaluate(p, {}, BALL).mid())))

    def _jumps(self, order: int) -> tuple[sympy.Expr, ...]:
        return self._once(("jumps", order), lambda: jumps(self.pieces(order)))

    def symmetry(self, derivative: int, *, scale: sympy.Rational = _ONE) -> Symmetry | None:
        """The affine function beside which phi^(derivative)(scale z) is even or odd; None when none is known."""
        symmetry = self.definition.symmetry or self._once("symmetry", lambda: _visible_symmetry(self.expression))
        if symmetry is None:
            return None
        parity = symmetry.parity if derivative % 2 == 0 else -symmetry.parity
        affine = sympy.diff(symmetry.affine, Z, derivative).xreplace({Z: scale * Z})
        return Symmetry(affine, 1 if parity == 1 else -1)

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
    known = find(expression)
    if known is not None:
        return activation(known)
    result = Activation(name, Definition(expression))
    try:
        for derivative in (0, 1):
            pieces = result.pieces(derivative)
            # the square alone may be defined where the function is not
            if closed_form(pieces) is None or closed_form(expansion.squared(pieces)) is None:
                gaussian_coefficients(pieces, degree=0, bits=32)
    except (NotApplicable, Infeasible) as reason:
        raise BadInput("activation", name, str(reason)) from None
    return result


def _visible_symmetry(expression: sympy.Expr) -> Symmetry | None:
    mirrored = expression.xreplace({Z: -Z}).doit()
    if mirrored == expression:
        return Symmetry(sympy.Integer(0), 1)
    return Symmetry(sympy.Integer(0), -1) if mirrored == -expression else None


def _check_derivative(order: int) -> None:
    if not isinstance(order, int) or not 0 <= order <= LARGEST_DERIVATIVE:
        raise BadInput("derivative", order, f"must be an integer from 0 to {LARGEST_DERIVATIVE}")


def _scale(scale: Any) -> sympy.Rational:
    s = exact("scale", scale) if not isinstance(scale, sympy.Rational) else scale
    if not 0 < s <= LARGEST_SCALE:
        raise BadInput("scale", scale, f"must be positive and at most {LARGEST_SCALE}")
    return sympy.Rational(s.numerator, s.denominator)
