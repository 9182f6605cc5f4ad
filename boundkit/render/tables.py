"""Tables of answers: theorems side by side on the same data, errata, constants, Hermite coefficients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from boundkit.errors import BadInput, unknown
from boundkit.papers import statement as find, statements
from boundkit.render.documents import above, below, integer
from boundkit.render.expressions import text
from boundkit.render.layout import SIGNIFICANT, Cell, Table
from boundkit.statement import Statement

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

    `widths` (data, activation, assume, parameters): every statement that bounds the width. `errata` and
    `constants` (paper): what is wrong, and which constants are known. `hermite` (activations, degree, digits,
    convention): coefficients of several activations. Raises BadInput for an unknown name or argument.

    >>> table("constants").columns
    ('statement', 'constant', 'status', 'value', 'note')
    """
    if name not in TABLES:
        raise unknown("table", name, TABLES)
    return TABLES[name](**arguments)


def _widths(*, data: Dataset | str | None = None, **arguments: Any) -> Table:
    if data is None:
        raise BadInput("data", None, "is needed for this table, for example sphere:n=20,d=10,seed=0")
    bounded = [item for item in statements() if any(h.role == "width" for h in item.hypotheses)]
    theorems = [item for item in bounded if item.kind != "lemma"]
    found = compare(theorems, data=data, **arguments)
    return Comparison("widths", found.columns, found.rows, found.answers)


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
    "errata": _errata,
    "hermite": _hermite,
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
