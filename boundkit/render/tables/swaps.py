"""What each lemma that a proof may use buys: the required width of one theorem with every choice of lemmas."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Any

from boundkit.errors import Missing, NotApplicable, unknown
from boundkit.papers import chains
from boundkit.render.documents import integer
from boundkit.render.layout import SIGNIFICANT, Cell
from boundkit.render.tables.arguments import once
from boundkit.render.tables.widths import Comparison
from boundkit.statement import Statement

if TYPE_CHECKING:
    from boundkit.activations import Activation
    from boundkit.data import Dataset
    from boundkit.query import Requirement
    from boundkit.query.share import Share

    Choice = tuple[dict[str, str], Statement, Share]


def swaps(
    *,
    data: Dataset | str | None = None,
    activation: str | Activation | None = None,
    theorem: str | None = None,
    assume: Mapping[str, object] | None = None,
    **parameters: object,
) -> Comparison:
    """One row for each choice of lemmas in the proof of a theorem, the paper's own choice first.

    `printed / this` is the width with the first row's lemmas, those of the encoded proof, over the width of the row.
    Without `theorem` the proofs whose own lemmas need a parameter that is not given, and those of which no choice
    applies to these data and activation, are left out; raises NotApplicable where none is left. Parameters and assumed
    constants go to the choices that have them; BadInput when none has.

    >>> found = swaps(data="orthonormal:n=4", activation="softplus", theorem="os19.thm2_1", delta=1)
    >>> row = next(row for row in found.rows if row[1] == "os19.def6_1")
    >>> row[found.columns.index("width")], row[found.columns.index("printed / this")]
    (428298, '47.2236')
    """
    from boundkit.query.share import share

    known = {chain.id: chain for chain in chains()}
    if theorem is not None and theorem not in known:
        raise unknown("theorem", theorem, known)
    shared = once(data, activation)
    chosen = known.values() if theorem is None else [known[theorem]]
    places = tuple(dict.fromkeys(place for chain in chosen for place in chain.places))
    made = [(chain, choice, chain.swap(**choice)) for chain in chosen for choice in chain.choices()]
    given = zip(made, share([item for *_, item in made], parameters, assume), strict=True)
    rows: list[tuple[Cell, ...]] = []
    answers: list[Requirement] = []
    for id, group in groupby(given, key=lambda pair: pair[0][0].id):
        choices = [(choice, item, part) for (_, choice, item), part in group]
        found, answered = _rows(id, choices, places, shared, named=theorem is not None)
        if theorem is not None or any(answer.width is not None for answer in answered):
            rows += found
            answers += answered
    if not rows:
        raise NotApplicable("theorem", "no proof gives a width here: name a theorem to see why, or give its parameters")
    columns = ("theorem", *places, "width", "printed / this", "binding", "reason")
    used = [place for place in range(len(columns)) if any(row[place] is not None for row in rows) or place == 0]
    shown = tuple(tuple(row[place] for place in used) for row in rows)
    return Comparison("swaps", tuple(columns[place] for place in used), shown, tuple(answers))


def _rows(
    id: str, choices: list[Choice], places: tuple[str, ...], shared: tuple[Any, Any], *, named: bool
) -> tuple[list[tuple[Cell, ...]], list[Requirement]]:
    from boundkit.query import required_width

    data, activation = shared
    rows: list[tuple[Cell, ...]] = []
    answers: list[Requirement] = []
    own: int | None = None
    for choice, item, (parameters, assume) in choices:
        lemmas = [choice.get(place) for place in places]
        try:
            answer = required_width(item, data=data, activation=activation, assume=assume, **parameters)
        except Missing as error:
            if not (named or rows):
                break
            rows.append((id, *lemmas, None, None, None, f"needs {', '.join(error.names)}"))
            continue
        answers.append(answer)
        own = answer.width if not rows else own
        gain = None if own is None or answer.width is None else f"{float(Fraction(own, answer.width)):.{SIGNIFICANT}g}"
        rows.append((id, *lemmas, integer(answer.width), gain, answer.binding, answer.reason))
    return rows, answers
