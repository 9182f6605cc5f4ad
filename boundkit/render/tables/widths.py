"""Required widths of several theorems on the same data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from boundkit.errors import BadInput, Missing
from boundkit.papers import statement as find, statements
from boundkit.render.documents import above, below, integer
from boundkit.render.expressions import text
from boundkit.render.layout import SIGNIFICANT, Cell, Table
from boundkit.render.tables.arguments import once
from boundkit.statement import Statement
from boundkit.statement.vocabulary import k

if TYPE_CHECKING:
    from boundkit.activations import Activation
    from boundkit.data import Dataset
    from boundkit.query import Requirement

COLUMNS = (
    "statement",
    "form",
    "width",
    "status",
    "binding",
    "probability",
    "rate",
    "iterations",
    "radius",
    "best",
    "reason",
)


@dataclass(frozen=True)
class Comparison(Table):
    """A table of required widths together with the full answers, in the order of the rows."""

    answers: tuple[Requirement, ...] = field(default=(), repr=False)


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
    from boundkit.query.share import share

    chosen = [find(id) for id in ([ids] if isinstance(ids, str | Statement) else ids)]
    if not chosen:
        raise BadInput("ids", None, "must name at least one statement")
    data, activation = once(data, activation)
    answers = tuple(
        required_width(item, data=data, activation=activation, assume=assumed, **own)
        for item, (own, assumed) in zip(chosen, share(chosen, parameters, assume), strict=True)
    )
    return Comparison("compare", COLUMNS, _starred(list(map(_row, answers)), answers), answers)


def widths(
    *,
    data: Dataset | str | None = None,
    paper: str | None = None,
    activation: str | Activation | None = None,
    assume: Mapping[str, object] | None = None,
    **parameters: Any,
) -> Table:
    """One row for every theorem that bounds a width; a parameter that it lacks is its reason for having none.

    Parameters and assumed constants go to the statements that have them; BadInput when none has.
    """
    from boundkit.query.share import share

    data, activation = once(data, activation)
    chosen = [item for item in statements(paper=paper) if _bounds_width(item)]
    rows: list[tuple[Cell, ...]] = []
    answers: list[Requirement] = []
    for item, (own, assumed) in zip(chosen, share(chosen, parameters, assume), strict=True):
        try:
            found = compare([item], data=data, activation=activation, assume=assumed, **own)
        except Missing as error:
            rows.append((item.id, item.form, *(None for _ in COLUMNS[3:]), f"needs {', '.join(error.names)}"))
        else:
            rows += found.rows
            answers += found.answers
    return Comparison("widths", COLUMNS, _starred(rows, answers), tuple(answers))


def _bounds_width(statement: Statement) -> bool:
    minor = statement.kind in ("lemma", "comparator", "definition", "assumption")
    return not minor and any(item.role == "width" and k in item.relation.free_symbols for item in statement.hypotheses)


def _starred(rows: Iterable[tuple[Cell, ...]], answers: Iterable[Requirement]) -> tuple[tuple[Cell, ...], ...]:
    """The rows with a star at the smallest width of a statement that survived the attacks and has no open constant."""
    from boundkit.attack.record import eligible

    known = [item for item in answers if item.status != "open" and eligible(item.statement)]
    found = {item.statement.id: item.width for item in known if item.width is not None}
    least = min(found.values(), default=None)
    return tuple(
        (*row[:-2], "*" if least is not None and found.get(str(row[0])) == least else None, row[-1]) for row in rows
    )


def _row(answer: Requirement) -> tuple[Cell, ...]:
    return (
        answer.statement.id,
        answer.statement.form,
        answer.width_in_words(text) if answer.width is None else integer(answer.width),
        answer.status,
        answer.binding,
        below(answer.probability, SIGNIFICANT),
        below(answer.rate, SIGNIFICANT),
        integer(answer.iterations),
        above(answer.radius, SIGNIFICANT),
        None,
        answer.reason,
    )
