"""BibTeX of the papers behind statements, and the tree of results that a proof uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from boundkit.papers import statement
from boundkit.statement import Paper, Statement


def bibtex(used: Iterable[Statement]) -> str:
    """One entry for each paper, with a note that names exactly the results used.

    >>> print(bibtex([statement("os19.thm2_1"), statement("os19.lem6_4")]).splitlines()[0])
    @misc{os19,
    """
    labels: dict[str, tuple[Paper, list[str]]] = {}
    for item in used:
        labels.setdefault(item.source.paper.key, (item.source.paper, []))[1].append(item.source.label)
    return "\n\n".join(_entry(paper, list(dict.fromkeys(places))) for paper, places in labels.values())


def proof_tree(root: Statement) -> Iterator[tuple[int, Statement, bool]]:
    """The results that a proof uses, depth first: (depth, statement, seen before); a repeated one is not unfolded."""
    seen: set[str] = set()

    def visit(item: Statement, depth: int) -> Iterator[tuple[int, Statement, bool]]:
        again = item.id in seen
        yield depth, item, again
        seen.add(item.id)
        if not again:
            for name in item.uses:
                yield from visit(statement(name), depth + 1)

    return visit(root, 0)


def _entry(paper: Paper, places: list[str]) -> str:
    fields = {
        "title": f"{{{paper.title}}}",
        "author": " and ".join(paper.authors),
        "year": str(paper.year),
        "eprint": paper.arxiv,
        "archivePrefix": "arXiv" if paper.arxiv else "",
        "note": (f"Text {paper.version}: " if paper.version else "") + ", ".join(places),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{paper.key},", *lines, "}"])
