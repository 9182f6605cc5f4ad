"""The page of one statement: every part of the object under its own heading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from boundkit.attack import attack
from boundkit.papers import statements
from boundkit.render.citation import bibtex, proof_tree
from boundkit.render.documents import improved_by
from boundkit.render.statement_view import words_of
from boundkit.statement import Claim, Constant, Erratum, Order, Setting, SpecialCase, Statement
from boundkit.verify import levels
from docs.pages.markdown import WORD_COLUMNS, bullets, code, grid, link, math, plain, section, word_cells


def statement_page(item: Statement) -> str:
    """The whole statement in Markdown, with links to what it uses, what uses it and what improves it."""
    paper = item.source.paper
    place = ", ".join((item.source.label, *(f"eq. {equation}" for equation in item.source.equations)))
    head = [
        f"# {code(item.id)}\n",
        f"**{plain(item.title)}**\n",
        f"{item.kind}, {item.form}; {plain(place)} of [{plain(paper.title)}]({paper.key}.md), {paper.year}\n\n",
    ]
    chance = "The claims hold surely." if item.probability is None else f"At least {math(item.probability)}."
    parts = [
        section("Setting", bullets(_setting(item.setting)) if item.setting else ()),
        section("Hypotheses", bullets(f"{code(h.label)} ({h.role}): {math(h.relation)}" for h in item.hypotheses)),
        section("Claims", bullets(_claim(claim) for claim in item.claims)),
        section("Probability", [chance] if item.claims else ()),
        section("Orders", bullets(_order(order) for order in item.orders)),
        section("Constants", bullets(_constant(constant) for constant in item.constants)),
        section("What it gives", bullets(f"{code(name)}: {math(value)}" for name, value in item.summary.items())),
        section(
            "On one measured network",
            bullets(f"{math(symbol)} is {math(value)}" for symbol, value in item.instance.items()),
        ),
        section("Errata", bullets(_erratum(erratum) for erratum in item.errata)),
        section("Proof", [plain(item.proof)] if item.proof else ()),
        section("Related", bullets(_related(item))),
        section("Special case", bullets(_special_case(item.special_case)) if item.special_case else ()),
        section("What its proof rests on", _tree(item) if item.uses else ()),
        section("Tested", bullets(_tests(item))),
        section("On trial", bullets(_trials(item))),
        section("Symbols", _symbols(item)),
        section("Cite", ["```bibtex", bibtex(cited for _, cited, again in proof_tree(item) if not again), "```"]),
    ]
    return "\n".join(head) + "".join(parts)


def _setting(setting: Setting) -> Iterator[str]:
    yield f"network: {plain(setting.network)}"
    yield f"trained: {plain(setting.trained)}"
    yield f"output weights: {plain(setting.output_weights)}"
    yield f"initialisation: {plain(setting.initialisation)}"
    yield f"loss: {plain(setting.loss)}"
    yield f"algorithm: {plain(setting.algorithm)}"
    if setting.step_size is not None:
        yield f"step size: {math(setting.step_size)}"
    for symbol, value in setting.substitutions.items():
        yield f"{math(symbol)} is {math(value)}"


def _claim(claim: Claim) -> str:
    chance = "" if claim.chance == "as stated" else f" ({claim.chance})"
    return f"{code(claim.label)}{chance}: {math(claim.relation)}"


def _order(order: Order) -> str:
    side = "at least" if order.side == "lower" else "at most"
    notes = [order.regime, order.quoted_by and f"quoted by {order.quoted_by}"]
    return f"{order.quantity}: {side} of order {math(order.expression)}" + "".join(f"; {plain(n)}" for n in notes if n)


def _constant(constant: Constant) -> str:
    value = "" if constant.value is None else f", {math(constant.value)}"
    return f"{math(constant.symbol)}: {constant.status}{value}" + (
        f" ({plain(constant.note)})" if constant.note else ""
    )


def _erratum(erratum: Erratum) -> str:
    return f"**{plain(erratum.label)}** ({erratum.grade}): {plain(erratum.text)} *{plain(erratum.resolution)}*"


def _related(item: Statement) -> Iterator[str]:
    groups: dict[str, Iterable[str]] = {
        "improves": [item.improves] if item.improves else [],
        "improved by": improved_by(item),
        "used by": (other.id for other in statements() if item.id in other.uses),
        "certificate of one network": [item.certificate] if item.certificate else [],
        "quotes": item.quotes,
    }
    for name, ids in groups.items():
        links = ", ".join(link(id) if "." in id else plain(id) for id in ids)
        if links:
            yield f"{name}: {links}"


def _special_case(case: SpecialCase) -> Iterator[str]:
    """The general statement, its words here, and why what differs from it does."""
    yield f"of {link(case.of)}"
    for symbol, value in case.at.items():
        yield f"{math(symbol)} there is {math(value)}"
    for symbol, value in case.worst.items():
        yield f"{math(symbol)} at worst is {math(value)}"
    for label, reason in case.differs.items():
        yield f"{code(label)} differs: {plain(reason)}"


def _tree(item: Statement) -> list[str]:
    """The results that `boundkit graph` prints, as nested lists."""
    return [
        f"{'  ' * (depth - 1)}* {link(used.id)} {plain(used.title)}" + (" (see above)" if again and used.uses else "")
        for depth, used, again in proof_tree(item)
        if depth
    ]


def _tests(item: Statement) -> Iterator[str]:
    """The attacks that the statement survived or failed."""
    findings = [finding for finding in attack(item) if finding.outcome != "does not apply"]
    for finding in findings:
        yield f"{finding.attack}: {finding.outcome}; {plain(finding.reason)}"
    if not findings:
        yield "no attack applies"
    if any(finding.outcome == "failed" for finding in findings):
        yield "**not trusted**: it failed an attack"


def _trials(item: Statement) -> Iterator[str]:
    possible = levels(item)
    yield f"levels of `boundkit verify`: {', '.join(possible)}" if possible else "no level of `boundkit verify` yet"
    for claim in item.claims:
        if claim.experiment != "unobserved":
            yield (
                f"{code(claim.label)} is observed in experiments on {claim.experiment}; "
                f"tightened by {math(claim.twin)} it must fail: {plain(claim.twin_reason)}"
            )


def _symbols(item: Statement) -> list[str]:
    """Name and meaning of every symbol, and the paper's own letter where it differs."""
    letters = item.source.paper.letters
    rows = [(*word_cells(word), f"${letters[word.name]}$" if word.name in letters else "") for word in words_of(item)]
    return grid((*WORD_COLUMNS, "in the paper"), rows)
