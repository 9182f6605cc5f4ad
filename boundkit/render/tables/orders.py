"""Orders of growth across all papers and what they quote, ranked when the variables are coupled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Dummy, Expr, Rational, Symbol, log

from boundkit.arithmetic import exact
from boundkit.errors import BadInput, unknown
from boundkit.papers import statement as find, statements
from boundkit.render.expressions import text
from boundkit.render.layout import Cell, Table
from boundkit.render.tables.arguments import no_more
from boundkit.statement import VOCABULARY, Order, Statement, growth
from boundkit.statement.classes import depth
from boundkit.statement.vocabulary import d

COLUMNS = (
    "statement",
    "title",
    "width",
    "parameters",
    "iterations",
    "other",
    "assumptions",
    "regime",
    "algorithm",
    "trained",
    "quoted by",
)
SIDES = {"lower": "at least", "upper": "at most"}
Growth = tuple[Rational, int]


@dataclass(frozen=True)
class Scale:
    """How every variable grows: as a power of `base`, which is `name` for readers."""

    base: Symbol
    name: str
    powers: Mapping[Symbol, Rational]

    def of(self, order: Order | None) -> Growth | None:
        """The powers of the base and of its logarithm; None if the order is missing or a variable is not coupled."""
        return None if order is None else growth(order, self.base, self.powers)

    def ratio(self, one: Growth, other: Growth) -> str:
        """One order over the other, as a power of the base."""
        letter = Symbol(self.name, positive=True)
        expression: Expr = letter ** (one[0] - other[0]) * log(letter) ** (one[1] - other[1])
        return text(expression)


def orders(
    *,
    paper: str | None = None,
    quantity: str | None = None,
    couplings: Mapping[str, object] | None = None,
    base: str | None = None,
    against: str | None = None,
    **others: Any,
) -> Table:
    """Orders of width and iterations with their regimes; what a paper quotes of others is marked as second-hand.

    `quantity` keeps the rows that bound it. `couplings` (name to power, `{"d": "1/2"}`) makes every variable a power
    of `base` (a variable, or `1/NAME` of one; n by default) and ranks the rows by the growth of `quantity` (the width
    by default), smallest first; the last column divides by the least, or by the smallest order of the statement
    `against`. A variable that is coupled by none leaves its rows without a rank. `parameters` counts the weights of
    the first of two layers, where the width is a paper's own.

    >>> found = orders(paper="os19", couplings={"d": "1/2"}, against="os19.thm2_1")
    >>> [row[2] for row in found.select("statement", "exponent of n", "over os19.thm2_1").rows
    ...  if row[0] == "os19.cmp.du_deep"]
    ['n^(5/2)', None]
    """
    no_more(others, "paper", "quantity", "couplings", "base", "against")
    everything = [item for item in statements() if item.orders]
    known = {order.quantity for item in everything for order in item.orders}
    if quantity is not None and quantity not in known:
        raise unknown("quantity", quantity, known)
    entries = [
        (item, group)
        for item in statements(paper=paper)
        for group in _groups(item)
        if quantity is None or quantity in {order.quantity for order in group}
    ]
    rows = [_row(item, group) for item, group in entries]
    if couplings is None and base is None and against is None:
        return Table("orders", COLUMNS, tuple(rows))
    scale = read_scale(
        base or "n", couplings or {}, {s for item in everything for order in item.orders for s in order.symbols}
    )
    ranked = quantity or "width"
    found = [scale.of(_first(group, ranked)) for _, group in entries]
    return _ranked(rows, found, scale, against, ranked)


def read_scale(base: str, couplings: Mapping[str, object], symbols: set[Symbol]) -> Scale:
    """The coupling that a user wrote; BadInput for an unknown name, a power that is no number, a base coupled too."""
    names = {symbol.name: symbol for symbol in symbols}
    inverted = base.removeprefix("1/")
    if inverted not in names:
        raise unknown("base", base, [*names, *(f"1/{name}" for name in names)])
    powers = {}
    for name, power in couplings.items():
        if name not in names:
            raise unknown("couplings", name, names)
        if name == inverted:
            raise BadInput("couplings", name, "is the base, whose power is fixed")
        value = exact(name, power)
        powers[names[name]] = Rational(value.numerator, value.denominator)
    letter = VOCABULARY[inverted].text
    if inverted == base:
        return Scale(names[base], letter, powers)
    return Scale(Dummy("base", positive=True), f"(1/{letter})", {names[inverted]: Rational(-1), **powers})


def _groups(item: Statement) -> Iterator[tuple[Order, ...]]:
    """The orders of a statement, width and iterations of one regime and one quotation together."""
    left = list(item.orders)
    while left:
        first = left.pop(0)
        partner = next((order for order in left if _together(first, order)), None)
        if partner is not None:
            left.remove(partner)
        yield (first,) if partner is None else (first, partner)


def _together(width: Order, iterations: Order) -> bool:
    return (
        (width.quantity, iterations.quantity) == ("width", "iterations")
        and width.quoted_by == iterations.quoted_by
        and iterations.regime.startswith(width.regime)
    )


def _first(group: tuple[Order, ...], quantity: str) -> Order | None:
    """The bound on the quantity; a width that may be at most of some order is no requirement and has no rank."""
    fits = (order for order in group if order.quantity == quantity)
    return next((order for order in fits if quantity != "width" or order.side == "lower"), None)


def _row(item: Statement, group: tuple[Order, ...]) -> tuple[Cell, ...]:
    cells = {order.quantity: f"{SIDES[order.side]} {text(order.expression)}" for order in group}
    width = _first(group, "width")
    own = width is not None and not width.quoted_by and depth(item) == "two layers"
    setting = item.setting
    return (
        item.id,
        item.title,
        cells.pop("width", None),
        text(width.expression * d) if width is not None and own else None,
        cells.pop("iterations", None),
        "; ".join(f"{name} {order}" for name, order in cells.items()) or None,
        assumptions(item) or None,
        group[-1].regime or None,
        None if setting is None or setting.algorithm == "none" else setting.algorithm.partition(",")[0],
        None if setting is None else setting.trained,
        group[0].quoted_by or None,
    )


def assumptions(item: Statement) -> str:
    """Labels of what is asked of data and activation."""
    labels = [condition.label for condition in item.hypotheses if condition.role in ("data", "activation")]
    return ", ".join(label.replace("_", " ") for label in labels)


def _ranked(
    rows: list[tuple[Cell, ...]], found: list[Growth | None], scale: Scale, against: str | None, quantity: str
) -> Table:
    levels = sorted({level for level in found if level is not None})
    least = levels[0] if levels else None
    if against is not None:
        own = [scale.of(_first((order,), quantity)) for order in find(against).orders]
        least = min((level for level in own if level is not None), default=None)
        if least is None:
            raise BadInput("against", against, f"has no order of {quantity} in the coupled variables")
    ranked: list[tuple[Cell, ...]] = []
    for row, level in zip(rows, found, strict=True):
        if level is None or least is None:
            ranked.append((*row, None, None, None, None))
        else:
            place = levels.index(level) + 1
            ranked.append((*row, str(level[0]), level[1], place, scale.ratio(level, least)))
    order = sorted(range(len(rows)), key=lambda number: (found[number] is None, found[number] or ()))
    computed = (f"exponent of {scale.name}", f"exponent of log {scale.name}", "rank", f"over {against or 'the least'}")
    return Table("orders", (*COLUMNS, *computed), tuple(ranked[number] for number in order))
