"""Every constant, and every condition and claim that a later form changes, through the forms of its statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sympy import Basic
from sympy.core.relational import Relational

from boundkit.papers import statements
from boundkit.render.expressions import text
from boundkit.render.layout import SIGNIFICANT, Cell, Table
from boundkit.render.tables.arguments import no_more
from boundkit.statement import Statement

FORMS = ("printed", "tracked", "repaired", "sharpened", "refined")
COLUMNS = ("statement", "item", *FORMS, "factor", "note")


def constants(*, paper: str | None = None, **others: Any) -> Table:
    """One row for each constant of a statement or of its improved forms, and for each part that a form changes.

    Parts are width and step conditions, probability and claims, by label; where several improvements have the same
    form, each is named. `factor` is the earliest value over the latest where their quotient is a number: how much an
    improvement buys in that constant or in the bound.

    >>> rows = {row[:2]: row for row in constants(paper="os19").rows}
    >>> rows["os19.thm6_2", "constant c"][2:8]
    ('open', '64', '32', '32', '32', '2')
    """
    no_more(others, "paper")
    everything = statements()
    roots = [item for item in statements(paper=paper) if item.improves is None]
    rows = [row for root in roots for row in _rows(root, _improvements(root, everything))]
    return Table("constants", COLUMNS, tuple(rows))


def _improvements(root: Statement, found: list[Statement]) -> list[Statement]:
    """The statement and all that improve it, directly or through others, in the order of their forms."""
    chain = [root]
    for item in chain:
        chain += [other for other in found if other.improves == item.id]
    return sorted(chain, key=lambda item: FORMS.index(item.form))


def _rows(root: Statement, chain: list[Statement]) -> Iterator[tuple[Cell, ...]]:
    items = dict.fromkeys(name for item in chain for name in _parts(item))
    for name in items:
        values = [(item, parts[name]) for item in chain if name in (parts := _parts(item))]
        changed = len(values) > 1 and any(value != values[0][1] for _, value in values)
        if name.startswith("constant ") or changed:
            cells = [_cell([pair for pair in values if pair[0].form == form], root) for form in FORMS]
            yield (root.id, name, *cells, _factor(values), _notes(chain, name))


def _parts(item: Statement) -> Mapping[str, Basic | None]:
    """Constants, conditions and claims by name; None for a constant that is open."""
    parts: dict[str, Basic | None] = {f"constant {c.symbol.name}": c.value for c in item.constants}
    parts |= {f"{h.role} {h.label}": h.relation for h in item.hypotheses if h.role in ("width", "step")}
    parts |= {f"claim {c.label}": c.relation for c in item.claims}
    if item.probability is not None:
        parts["probability"] = item.probability
    return parts


def _cell(values: list[tuple[Statement, Basic | None]], root: Statement) -> str | None:
    shown = [("open" if value is None else text(value), item.id) for item, value in values]
    if len(shown) < 2:
        return shown[0][0] if shown else None
    return "; ".join(f"{value} ({id})" for value, id in shown)


def _notes(chain: list[Statement], name: str) -> str | None:
    notes = [c.note for item in chain for c in item.constants if c.note and name == f"constant {c.symbol.name}"]
    return "; ".join(dict.fromkeys(notes)) or None


def _factor(values: list[tuple[Statement, Basic | None]]) -> str | None:
    """The value in the earliest form that has one over that in the latest, where the quotient is a number."""
    known = [(item.form, value) for item, value in values if value is not None]
    if not known or known[0][0] == known[-1][0]:
        return None
    quotient = _bound(known[0][1]) / _bound(known[-1][1])
    return (
        f"{float(quotient):.{SIGNIFICANT}g}" if quotient.is_number and quotient.is_positive and quotient != 1 else None
    )


def _bound(value: Any) -> Any:
    """A value as it is; of a relation the quotient of its sides, which does not depend on how it was solved."""
    return value.rhs / value.lhs if isinstance(value, Relational) else value
