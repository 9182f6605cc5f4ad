"""Tables of answers: theorems side by side on the same data, errata, constants, Hermite coefficients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from boundkit.errors import BadInput, unknown
from boundkit.papers import papers, statement as find, statements
from boundkit.render.documents import above, below, integer
from boundkit.render.expressions import text
from boundkit.render.layout import SIGNIFICANT, Cell, Table
from boundkit.statement import VOCABULARY, Statement

if TYPE_CHECKING:
    from boundkit.activations import Activation
    from boundkit.data import Dataset
    from boundkit.query import Requirement

WIDTH_COLUMNS = (
    "statement",
    "form",
    "width",
    "status",
    "binding",
    "probability",
    "rate",
    "iterations",
    "radius",
    "reason",
)


@dataclass(frozen=True)
class Comparison(Table):
    """A table of required widths together with the full answers, in the order of the rows."""

    answers: tuple[Requirement, ...] = ()


def compare(
    ids: Iterable[str | Statement],
    *,
    data: Dataset | str,
    activation: str | Activation | None = None,
    assume: Mapping[str, object] | None = None,
    **parameters: object,
) -> Comparison:
    """The required widths of several statements on the same data, one row each.

    Parameters and assumed constants go to the statements that have them; BadInput when none has.

    >>> table = compare(["os19.thm6_2.tracked", "os19.thm6_2.refined"], data="orthonormal:n=4",
    ...                 activation="softplus", delta=1)
    >>> [answer.width for answer in table.answers]
    [428298, 4726]
    """
    from boundkit.query import required_width

    chosen = [find(id) for id in ([ids] if isinstance(ids, str | Statement) else ids)]
    if not chosen:
        raise BadInput("ids", None, "must name at least one statement")
    data, activation = _once(data, activation)
    shares = _shares(chosen, assume or {})
    answers = tuple(
        required_width(item, data=data, activation=activation, assume=share, **parameters)
        for item, share in zip(chosen, shares, strict=True)
    )
    return Comparison("compare", WIDTH_COLUMNS, tuple(map(_width_row, answers)), answers)


def table(name: str, **arguments: Any) -> Table:
    """A table by name.

    `widths` (data, activation, paper, assume, parameters): every theorem that bounds the width. `orders` (paper,
    quantity): orders of growth, comparators included. `errata` and `constants` (paper): what is wrong, and which
    constants are known. `counts`: how much of each paper is encoded. `hermite` (activations, degree, digits,
    convention): coefficients of several activations. Raises BadInput for an unknown name or argument.

    >>> table("constants").columns
    ('statement', 'constant', 'status', 'value', 'note')
    """
    if name not in TABLES:
        raise unknown("table", name, TABLES)
    return TABLES[name](**arguments)


def _widths(*, data: Dataset | str | None = None, paper: str | None = None, **arguments: Any) -> Table:
    """One row for every theorem that bounds a width; a parameter that it lacks is its reason for having none."""
    if data is None:
        raise BadInput("data", None, "is needed for this table, for example sphere:n=20,d=10,seed=0")
    rows: list[tuple[Cell, ...]] = []
    answers: list[Requirement] = []
    for item in statements(paper=paper):
        if item.kind in ("lemma", "comparator") or not any(h.role == "width" for h in item.hypotheses):
            continue
        try:
            found = compare([item], data=data, **arguments)
        except BadInput as error:
            if error.value is not None or error.argument not in VOCABULARY:
                raise
            rows.append((item.id, item.form, *(None for _ in WIDTH_COLUMNS[3:]), f"needs {error.argument}"))
        else:
            rows += found.rows
            answers += found.answers
    return Comparison("widths", WIDTH_COLUMNS, tuple(rows), tuple(answers))


def _orders(*, paper: str | None = None, quantity: str | None = None, **others: Any) -> Table:
    """Orders of growth with their regimes; what a paper quotes of others is marked as second-hand."""
    _no_more(others, "paper", "quantity")
    known = {order.quantity for item in statements() for order in item.orders}
    if quantity is not None and quantity not in known:
        raise unknown("quantity", quantity, known)
    rows = [
        (
            item.id,
            item.title,
            order.quantity,
            f"{'at least' if order.side == 'lower' else 'at most'} {text(order.expression)}",
            order.regime or None,
            order.quoted_by or None,
        )
        for item in statements(paper=paper)
        for order in item.orders
        if quantity in (None, order.quantity)
    ]
    return Table("orders", ("statement", "title", "quantity", "order", "regime", "quoted by"), tuple(rows))


def _errata(*, paper: str | None = None, **others: Any) -> Table:
    _no_more(others, "paper")
    rows = [
        (item.id, erratum.label, erratum.grade, erratum.text, erratum.resolution)
        for item in statements(paper=paper)
        for erratum in item.errata
    ]
    return Table("errata", ("statement", "label", "grade", "text", "resolution"), tuple(rows))


def _constants(*, paper: str | None = None, **others: Any) -> Table:
    _no_more(others, "paper")
    rows = [
        (
            item.id,
            constant.symbol.name,
            constant.status,
            None if constant.value is None else text(constant.value),
            constant.note or None,
        )
        for item in statements(paper=paper)
        for constant in item.constants
    ]
    return Table("constants", ("statement", "constant", "status", "value", "note"), tuple(rows))


def _counts(**others: Any) -> Table:
    """Statements of each paper by form, comparators, distinct errata, and statements whose own claims are observed."""
    _no_more(others)
    forms = ("printed", "tracked", "repaired", "sharpened", "refined")
    rows: list[tuple[Cell, ...]] = []
    for paper in papers():
        found = statements(paper=paper.key)
        own = [item for item in found if item.kind != "comparator"]
        by_form = (sum(item.form == form for item in own) for form in forms)
        errata = {erratum.label for item in found for erratum in item.errata}
        trials = sum(any(claim.experiment != "unobserved" for claim in item.claims) for item in own)
        rows.append((paper.key, len(own), *by_form, len(found) - len(own), len(errata), trials))
    columns = ("paper", "statements", *forms, "comparators", "errata", "own claims on trial")
    return Table("counts", columns, tuple(rows))


def _hermite(
    *,
    activations: Iterable[str] | None = None,
    degree: int = 8,
    digits: int = 12,
    convention: str = "orthonormal",
    **others: Any,
) -> Table:
    from boundkit.activations import catalogue, hermite
    from boundkit.arithmetic import decimal

    _no_more(others, "activations", "degree", "digits", "convention")
    names = catalogue() if activations is None else activations
    rows = []
    for name in names:
        found = hermite(name, degree=degree, digits=digits, convention=convention)
        rows.append((str(name), *(decimal(item.value, digits) for item in found)))
    return Table("hermite", ("activation", *(f"mu_{r}" for r in range(degree + 1))), tuple(rows))


TABLES: dict[str, Callable[..., Table]] = {
    "constants": _constants,
    "counts": _counts,
    "errata": _errata,
    "hermite": _hermite,
    "orders": _orders,
    "widths": _widths,
}


def _once(data: Any, activation: Any) -> tuple[Any, Any]:
    """Data and activation made once, so that all rows share what is measured on them."""
    from boundkit.activations import activation as find_activation
    from boundkit.data import dataset

    chosen = None if activation is None else find_activation(activation)
    return (dataset(data) if isinstance(data, str) else data), chosen


def _shares(chosen: list[Statement], assume: Mapping[str, object]) -> list[dict[str, object]]:
    """Each statement's part of the assumed constants."""
    open_names = [{c.symbol.name for c in item.constants if c.status == "open"} for item in chosen]
    known = set().union(*open_names)
    for name in assume:
        if name not in known:
            raise unknown("assume", name, known)
    return [{name: value for name, value in assume.items() if name in names} for names in open_names]


def _width_row(answer: Requirement) -> tuple[Cell, ...]:
    return (
        answer.statement.id,
        answer.statement.form,
        answer.width_expression if answer.width is None else integer(answer.width),
        answer.status,
        answer.binding,
        below(answer.probability, SIGNIFICANT),
        below(answer.rate, SIGNIFICANT),
        integer(answer.iterations),
        above(answer.radius, SIGNIFICANT),
        answer.reason,
    )


def _no_more(others: Mapping[str, Any], *known: str) -> None:
    given = [name for name, value in others.items() if value is not None]
    if given:
        raise BadInput(given[0], others[given[0]], f"is not used by this table, which takes {', '.join(known)}")
