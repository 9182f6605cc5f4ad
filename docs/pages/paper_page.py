"""The page of one paper: what of it is encoded, kind by kind, and what is wrong in it."""

from __future__ import annotations

from collections import Counter

from boundkit.papers import statements
from boundkit.statement import VOCABULARY, Paper, Statement
from docs.pages.markdown import code, grid, link, math, plain, section


def paper_page(paper: Paper) -> str:
    """Counts by kind and form, every statement with a link, the errata, the paper's own letters."""
    found = statements(paper=paper.key)
    kinds = dict.fromkeys(item.kind for item in found)
    parts = [
        f"# {paper.key}: {plain(paper.title)}\n\n",
        f"{plain(', '.join(paper.authors))}, {paper.year}" + _text(paper) + "\n\n",
        section("Counts", _counts(found)),
        *(section(kind.capitalize(), _list([item for item in found if item.kind == kind])) for kind in kinds),
        section("Errata", _errata(found)),
        section("Letters of the paper that differ from the common vocabulary", _letters(paper)),
        "```{toctree}\n:hidden:\n\n" + "".join(f"{item.id}\n" for item in found) + "```\n",
    ]
    return "".join(parts)


def _text(paper: Paper) -> str:
    """Where the text stands and which one was encoded."""
    parts = (f"arXiv:{paper.arxiv}" if paper.arxiv else "", f"text {paper.version}" if paper.version else "")
    return "".join(f", {part}" for part in parts if part)


def _counts(found: list[Statement]) -> list[str]:
    forms = list(dict.fromkeys(item.form for item in found))
    kinds = dict.fromkeys(item.kind for item in found)
    rows = [
        (kind, *(str(sum(item.kind == kind and item.form == form for item in found)) for form in forms))
        for kind in kinds
    ]
    total = ("all", *(str(sum(item.form == form for item in found)) for form in forms))
    statuses = Counter(item.constant_status for item in found)
    shares = ", ".join(f"{number} {status}" for status, number in statuses.items())
    return [*grid(("kind", *forms), [*rows, total]), "", f"Statements by the status of their constants: {shares}."]


def _list(found: list[Statement]) -> list[str]:
    rows = [
        (
            plain(item.source.label),
            link(item.id),
            item.form,
            item.constant_status,
            str(len(item.errata) or ""),
            plain(item.title),
        )
        for item in found
    ]
    return grid(("place", "statement", "form", "constants", "errata", "title"), rows)


def _errata(found: list[Statement]) -> list[str]:
    """Each erratum once, with every statement that it concerns."""
    concerned = {
        erratum: [item.id for item in found if erratum in item.errata]
        for erratum in dict.fromkeys(erratum for item in found for erratum in item.errata)
    }
    rows = [
        (plain(e.label), e.grade, plain(e.text), plain(e.resolution), ", ".join(map(link, ids)))
        for e, ids in concerned.items()
    ]
    return grid(("label", "grade", "what is wrong", "what is right", "where"), rows)


def _letters(paper: Paper) -> list[str]:
    rows = [
        (math(VOCABULARY[name].symbol), f"${letter}$", plain(VOCABULARY[name].meaning), code(name))
        for name, letter in paper.letters.items()
    ]
    return grid(("here", "in the paper", "meaning", "name"), rows)
