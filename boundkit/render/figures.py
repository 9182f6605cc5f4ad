"""What a figure of a paper says in words: its document, its comparison with the paper, and the list of all."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from boundkit.render.documents import Document, integer
from boundkit.render.layout import Cell, Table
from boundkit.version import versions

if TYPE_CHECKING:
    from boundkit.figures import Data, Figure
    from boundkit.figures.figure import Contrast


def figure_document(data: Data) -> Document:
    """What was run, how and on which device, and what came out beside what the paper reports.

    Numbers that are not finite are null.
    """
    figure = data.figure
    return {
        "figure": figure.id,
        "title": figure.title,
        "source": figure.source,
        "reported": figure.reported,
        "notes": list(figure.notes),
        "quick": data.quick,
        "seed": integer(data.seed),
        "device": data.device,
        "parameters": _plain(data.parameters),
        "chosen": [name for name in data.parameters if name in figure.chosen],
        "versions": versions(),
        "agree": data.judged[0],
        "judged": data.judged[1],
        "comparisons": [_plain(asdict(item)) for item in data.comparisons],
        "panels": [{"kind": type(panel).__name__.lower(), **_plain(asdict(panel))} for panel in data.panels],
    }


def comparison_table(data: Data) -> Table:
    """What the paper reports, what was found, and whether that is the same by the criterion in brackets."""
    rows = tuple(
        (item.quantity, _shown(item.reported), _shown(item.measured), answer(item)) for item in data.comparisons
    )
    return Table("comparison", ("quantity", "paper", "here", "agrees"), rows)


def answer(item: Contrast) -> str:
    """Whether a finding of the paper was found, and what was asked: empty where nothing was.

    >>> from boundkit.figures.figure import Contrast
    >>> answer(Contrast("crossing", 11.4, 12.6, "within 15 %", True))
    'yes (within 15 %)'
    """
    return "" if item.agrees is None else f"{'yes' if item.agrees else 'no'} ({item.criterion})"


def caption_lines(data: Data) -> list[str]:
    """What stands below a picture: the finding, the run, and every number that the paper reports beside ours."""
    agree, judged = data.judged
    found = f" {agree} of {judged} findings agree." if judged else ""
    run = f"Run here with seed {data.seed}{', reduced' if data.quick else ''}.{found}"
    lines = [f"Paper: {data.figure.reported}. {run}"]
    for item in data.comparisons:
        if item.reported is not None and item.measured is not None:
            told = answer(item)
            values = f"paper {_shown(item.reported)}, here {_shown(item.measured)}"
            lines.append(f"{item.quantity}: {values}{f'; agrees: {told}' if told else ''}")
    return lines


def figure_text(data: Data) -> str:
    """For a terminal: where it comes from, how it was run, the comparison, and what to know about it."""
    figure = data.figure
    told: dict[str, list[str]] = {"Stated by the paper": [], "Changed here": [], "Chosen here": []}
    for name, value in data.parameters.items():
        shown, stated = f"{name} = {_range(value)}", figure.parameters.get(name)
        if name in figure.chosen:
            told["Chosen here"].append(shown)
        elif value == stated:
            told["Stated by the paper"].append(shown)
        else:
            told["Changed here"].append(f"{shown} (the paper: {_range(stated)})")
    lines = [f"{figure.id}  {figure.title}", f"{figure.source}; the paper: {figure.reported}.", ""]
    lines += [f"{words}: {', '.join(values)}" for words, values in told.items() if values]
    reduced, where = ", reduced (--quick)" if data.quick else "", "" if data.device == "cpu" else f", on {data.device}"
    lines += [f"Seed {data.seed}{reduced}{where}.", ""]
    return "\n".join([*lines, comparison_table(data).to("text"), "", *figure.notes])


def figures_table(figures: Iterable[Figure]) -> Table:
    """Every figure: id, title, and what the paper reports."""
    return Table(
        "figures", ("figure", "title", "the paper reports"), tuple((f.id, f.title, f.reported) for f in figures)
    )


def _shown(value: Any) -> Cell:
    return f"{value:.4g}" if isinstance(value, float) else value


def _range(value: Any) -> str:
    if isinstance(value, tuple):
        return f"{value[0]:g} to {value[-1]:g} ({len(value)} values)" if len(value) > 3 else "/".join(map(str, value))
    return str(value)


def _plain(value: Any) -> Any:
    """The same in lists, dictionaries and finite numbers."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
