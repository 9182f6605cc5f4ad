"""A statement for readers: a LaTeX theorem environment, and a page for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text
from sympy import Basic

from boundkit.attack.record import tested
from boundkit.render.documents import improved_by
from boundkit.render.expressions import latex, text
from boundkit.render.latex_text import escaped
from boundkit.render.symbols import latex_names, lettered, text_names
from boundkit.statement import VOCABULARY, Claim, Entry, Setting, SpecialCase, Statement

ENVIRONMENTS = {
    "theorem": "theorem",
    "meta-theorem": "theorem",
    "corollary": "corollary",
    "lemma": "lemma",
    "definition": "definition",
    "proposition": "proposition",
    "assumption": "assumption",
    "comparator": "remark",
}
REFUTED = "nothing: it failed an attack, for a reason that an erratum gives"


def as_latex(statement: Statement) -> str:
    """A theorem environment, in the paper's own letters (see `lettered`), with the meaning of every symbol."""
    paper = lettered(statement)
    kind = ENVIRONMENTS[statement.kind]
    lines = [rf"\begin{{{kind}}}[{{{escaped(statement.title)}; {escaped(source_line(statement))}}}]"]
    if statement.hypotheses:
        lines += ["Suppose that", r"\begin{gather*}"]
        lines += [" \\\\\n".join(f"  {latex(item.relation, paper)}" for item in statement.hypotheses)]
        lines += [r"\end{gather*}"]
    if statement.claims:
        chance = (
            ""
            if statement.probability is None
            else (rf" with probability at least \({latex(statement.probability, paper)}\)")
        )
        lines += [f"Then{chance}", r"\begin{gather*}"]
        lines += [
            " \\\\\n".join(f"  {latex(item.relation, paper)}{_in_latex(item, statement)}" for item in statement.claims)
        ]
        lines += [r"\end{gather*}"]
    orders = [f"{name} {order}" for name, order in order_rows(statement, lambda x: rf"\({latex(x, paper)}\)", escaped)]
    if orders:
        lines += [f"Orders: {'; '.join(orders)}."]
    names = latex_names(paper)
    meanings = [rf"\({names[word.symbol]}\): {escaped(word.meaning)}" for word in words_of(statement)]
    if meanings:
        lines += [f"Here {'; '.join(meanings)}."]
    return "\n".join([*lines, rf"\end{{{kind}}}"])


def as_page(statement: Statement) -> RenderableType:
    """A page for the terminal: every part of the statement under its own heading."""
    return Group(*_parts(statement))


def _parts(statement: Statement) -> Iterator[RenderableType]:
    yield Text(f"{statement.id}  {statement.title}", style="bold")
    yield Text(f"{statement.kind}, {statement.form}; {source_line(statement)}")
    if statement.setting is not None:
        yield from _section("setting", list(setting_rows(statement.setting)))
    yield from _section("hypotheses", [(h.label, text(h.relation)) for h in statement.hypotheses])
    yield from _section(
        "claims", [(c.label, text(c.relation) + _note(quantified(c, statement))) for c in statement.claims]
    )
    chance = "1 (holds surely)" if statement.probability is None else text(statement.probability)
    yield from _section("probability", [("at least", chance)] if has_probability(statement) else [])
    yield from _section("orders", list(order_rows(statement, text)))
    yield from _section(
        "constants",
        [
            (text(c.symbol), f"{c.status}{'' if c.value is None else ': ' + text(c.value)}{_note(c.note)}")
            for c in statement.constants
        ],
    )
    yield from _section("guarantees", [(name, text(value)) for name, value in statement.summary.items()])
    links = [("uses", statement.uses), ("improves", (statement.improves,) if statement.improves else ())]
    links.append(("improved by", improved_by(statement)))
    yield from _section("related", [(name, ", ".join(ids)) for name, ids in links if ids])
    if statement.special_case is not None:
        yield from _section("special case", list(special_case_rows(statement.special_case, text)))
    yield from _section("errata", [(e.label, f"{e.grade}. {e.text} {e.resolution}") for e in statement.errata])
    yield from _section("proof", [("", statement.proof)] if statement.proof else [])
    yield from _section("tested", [("survived", ", ".join(tested(statement)) or REFUTED)])
    names = text_names()
    yield from _section("symbols", [(names[w.symbol], w.name, meaning(w)) for w in words_of(statement)])


def _section(title: str, rows: Sequence[tuple[str, ...]]) -> Iterator[RenderableType]:
    if rows:
        grid = Grid.grid(padding=(0, 2))
        for _ in rows[0][1:]:
            grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        for name, *values in rows:
            grid.add_row(Text(name, style="cyan"), *map(Text, values))
        yield Text(f"\n{title}", style="bold")
        yield Padding(grid, (0, 0, 0, 2))


def setting_rows(setting: Setting) -> Iterator[tuple[str, str]]:
    """Name and value of every part of a setting."""
    yield "network", f"{setting.network}, trained: {setting.trained}, output weights: {setting.output_weights}"
    yield "initialisation", setting.initialisation
    yield "loss", setting.loss
    yield "algorithm", setting.algorithm
    if setting.step_size is not None:
        yield "step size", text(setting.step_size)


def order_rows(
    statement: Statement, formula: Callable[[Basic], str], plain: Callable[[str], str] = str
) -> Iterator[tuple[str, str]]:
    """What is of which order, from which side, in which regime, and who says so where it is second-hand."""
    for order in statement.orders:
        side = f"at {'least' if order.side == 'lower' else 'most'} of order"
        notes = [note for note in (order.regime, f"quoted by {order.quoted_by}" if order.quoted_by else "") if note]
        yield plain(order.quantity), f"{side} {formula(order.expression)}{_note(plain('; '.join(notes)))}"


def special_case_rows(
    case: SpecialCase, formula: Callable[[Basic], str], plain: Callable[[str], str] = str
) -> Iterator[tuple[str, str]]:
    """What the general statement is, what its words are here, and why what differs from it does."""
    yield "of", plain(case.of)
    for word, value in case.at.items():
        yield f"{formula(word)} there", formula(value)
    for word, value in case.worst.items():
        yield f"{formula(word)} at worst", formula(value)
    for label, reason in case.differs.items():
        yield plain(label), plain(reason)


def source_line(statement: Statement) -> str:
    """Authors, year, label and equations."""
    source = statement.source
    *others, last = (author.split()[-1] for author in source.paper.authors)
    surnames = f"{', '.join(others)} and {last}" if others else last
    return f"{surnames} ({source.paper.year}), {', '.join((source.label, *source.equations))}"


def quantified(item: Claim, statement: Statement) -> str:
    """How a claim is quantified over randomness, in words, where it is not as the probability of its statement says.

    >>> from boundkit.papers import statement
    >>> lemma = statement("sjl17.lem5_6")
    >>> quantified(lemma.claim("full_rank"), lemma)
    'for almost every data'
    """
    if item.chance == "surely":
        return "" if statement.probability is None else item.chance
    return {"almost every data": f"for {item.chance}", "in expectation": item.chance}.get(item.chance, "")


def has_probability(statement: Statement) -> bool:
    """Whether a statement has a probability to tell: not if all it claims is in the mean or for almost every data."""
    return statement.probability is not None or any(c.chance in ("as stated", "surely") for c in statement.claims)


def _in_latex(item: Claim, statement: Statement) -> str:
    words = quantified(item, statement)
    return rf" \quad \text{{({words})}}" if words else ""


def _note(note: str) -> str:
    return f" ({note})" if note else ""


def words_of(statement: Statement) -> list[Entry]:
    """The words of the vocabulary that a statement mentions."""
    symbols = statement.symbols
    return [word for word in VOCABULARY.values() if word.symbol in symbols]


def meaning(word: Entry) -> str:
    """The meaning of a word, and the value that it has where none is given."""
    return word.meaning if word.default is None else f"{word.meaning} ({word.default} unless given)"
