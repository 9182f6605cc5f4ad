"""A statement as one HTML file with MathML, which every browser shows without a network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from latex2mathml.converter import convert
from sympy import Basic

from boundkit.attack.record import tested
from boundkit.render.citation import proof_tree
from boundkit.render.documents import improved_by
from boundkit.render.expressions import latex
from boundkit.render.statement_view import (
    REFUTED,
    has_probability,
    meaning,
    order_rows,
    quantified,
    setting_rows,
    source_line,
    special_case_rows,
    words_of,
)
from boundkit.render.symbols import latex_names, lettered
from boundkit.statement import Paper, Statement

STYLE = """
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 serif; color: #1b1b1b; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 1.5rem 0 .3rem; }
table { border-collapse: collapse; } td { padding: .3rem 1rem .3rem 0; vertical-align: top; }
td:first-child { color: #2a6f97; white-space: nowrap; } ul { list-style: none; margin: 0; padding-left: 1.5rem; }
math { font-size: 1.05em; }
"""
NAMESPACE = "http://www.w3.org/1998/Math/MathML"
Row = tuple[str, str]


def as_html(statement: Statement) -> str:
    """A standalone page: setting, hypotheses, claims, constants, errata, proof and what it rests on.

    >>> from boundkit.papers import statement
    >>> page = as_html(statement("os19.lem6_4"))
    >>> page.startswith("<!DOCTYPE html>"), "<math" in page, "http://" in page.replace(NAMESPACE, "")
    (True, True, False)
    """
    title = escape(f"{statement.id}: {statement.title}")
    kind = f"{statement.kind}, {statement.form}"
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style></head><body>',
        f"<h1>{escape(statement.title)}</h1>",
        f"<p><code>{escape(statement.id)}</code>, {kind}; {escape(source_line(statement))}</p>",
        *_sections(statement),
        "</body></html>",
    ]
    return "\n".join(lines)


def mathml(expression: Basic, paper: Paper | None = None) -> str:
    """Presentation MathML of an expression or relation, from the LaTeX that is printed for it."""
    return _from_latex(latex(expression, paper))


def _from_latex(formula: str) -> str:
    """Bars of norms and absolute values stay as high as letters, since a power hides the second one of a pair."""
    made = str(convert(formula)).replace("<math ", '<math displaystyle="true" ', 1)
    for bar in ("&#x02016;", "&#x0007C;"):
        made = made.replace(f"<mo>{bar}</mo>", f'<mo stretchy="false" lspace="0" rspace="0">{bar}</mo>')
    return made


def _sections(statement: Statement) -> Iterator[str]:
    paper = lettered(statement)

    def formula(expression: Basic) -> str:
        return mathml(expression, paper)

    if statement.setting is not None:
        rows = [(name, escape(value)) for name, value in setting_rows(statement.setting) if name != "step size"]
        step = statement.setting.step_size
        yield from _section("Setting", [*rows, *([] if step is None else [("step size", formula(step))])])
    yield from _section("Hypotheses", [(item.label, formula(item.relation)) for item in statement.hypotheses])
    claims = [(item.label, formula(item.relation), quantified(item, statement)) for item in statement.claims]
    yield from _section("Claims", [(label, f"{shown} ({words})" if words else shown) for label, shown, words in claims])
    chance = "1 (holds surely)" if statement.probability is None else formula(statement.probability)
    yield from _section("Probability", [("at least", chance)] if has_probability(statement) else [])
    yield from _section("Guarantees", [(name, formula(value)) for name, value in statement.summary.items()])
    yield from _section("Orders", order_rows(statement, formula, escape))
    yield from _section("Constants", _constants(statement))
    errata = ((item.label, f"{item.grade}. {item.text} {item.resolution}") for item in statement.errata)
    yield from _section("Errata", [(label, escape(words)) for label, words in errata])
    improves = () if statement.improves is None else (statement.improves,)
    links = (("improves", improves), ("improved by", improved_by(statement)))
    yield from _section("Forms", [(name, escape(", ".join(ids))) for name, ids in links if ids])
    if statement.special_case is not None:
        yield from _section("Special case", special_case_rows(statement.special_case, formula, escape))
    yield from _section("Tested", [("survived", escape(", ".join(tested(statement)) or REFUTED))])
    if statement.proof:
        yield f"<h2>Proof</h2><p>{escape(statement.proof)}</p>"
    if statement.uses:
        yield "<h2>What the proof rests on</h2>" + "".join(_tree(statement))
    names = latex_names(paper)
    words = [(names[w.symbol], f"<code>{w.name}</code>, {escape(meaning(w))}") for w in words_of(statement)]
    yield from _section("Symbols", [(_from_latex(symbol), value) for symbol, value in words])


def _constants(statement: Statement) -> Iterator[Row]:
    paper = lettered(statement)
    names = latex_names(paper)
    for item in statement.constants:
        value = "" if item.value is None else f": {mathml(item.value, paper)}"
        note = f" ({escape(item.note)})" if item.note else ""
        yield _from_latex(names[item.symbol]), f"{item.status}{value}{note}"


def _section(title: str, rows: Iterable[Row]) -> Iterator[str]:
    """A heading and a table of names and values, where there are any; both are HTML already."""
    cells = [f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in rows]
    if cells:
        yield f"<h2>{title}</h2><table>{''.join(cells)}</table>"


def _tree(statement: Statement) -> Iterator[str]:
    """Nested lists of the results that the proof uses, a repeated one without its own."""
    depth = 0
    for level, item, again in list(proof_tree(statement))[1:]:
        yield "<ul>" * (level - depth) + "</ul>" * (depth - level)
        yield f"<li><code>{escape(item.id)}</code> {escape(item.title)}{' (see above)' if again else ''}</li>"
        depth = level
    yield "</ul>" * depth
